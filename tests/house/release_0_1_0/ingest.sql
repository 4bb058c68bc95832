PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES('ingest_0021');
CREATE TABLE sections (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	slug VARCHAR(120) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	name_key VARCHAR(200) NOT NULL, 
	parent_id INTEGER, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (slug), 
	UNIQUE (name_key), 
	FOREIGN KEY(parent_id) REFERENCES sections (id)
);
INSERT INTO sections VALUES(1,1,'kinh-te','Kinh tế','kinh te',NULL,1);
INSERT INTO sections VALUES(2,1,'thoi-su','Thời sự','thoi su',NULL,2);
INSERT INTO sections VALUES(3,1,'the-thao','Thể thao','the thao',NULL,3);
CREATE TABLE articles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	version BIGINT NOT NULL, 
	public_version BIGINT, 
	status VARCHAR(16) NOT NULL, 
	external_id VARCHAR(200), 
	input_hash VARCHAR(64), 
	title TEXT NOT NULL, 
	slug VARCHAR(160) NOT NULL, 
	section_id INTEGER NOT NULL, 
	published_at DATETIME, 
	first_published_at DATETIME, 
	opening_views BIGINT NOT NULL, 
	words INTEGER NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, embargo_until DATETIME, approved_version BIGINT, approved_at DATETIME, approved_by VARCHAR(200), approver_account_id INTEGER, approver_key_id INTEGER, title_words TEXT DEFAULT '' NOT NULL, held_by VARCHAR(200), held_at DATETIME, prepared_version BIGINT, 
	UNIQUE (external_id), 
	FOREIGN KEY(section_id) REFERENCES sections (id)
);
INSERT INTO articles VALUES(1,1,1,'published','cu-1','936cdeaa574bb47e6b453acaa76eee8dee088798106da0d39aa420aac59c7921','Chợ nổi nhóm họp sớm','cho-noi-nhom-hop-som',1,'2026-11-20 01:00:00.000000','2026-11-20 01:00:00.000000',1234,13,'key:dich-vu','2026-11-28 22:06:19.381941','2026-11-28 22:06:19.381941',NULL,1,'2026-11-28 22:06:19.381941','key:dich-vu',NULL,1,' cho|chơ5 noi|nôi3 nhom|nhom1 hop|hop5 som|sơm1 ',NULL,NULL,NULL);
INSERT INTO articles VALUES(2,2,2,'published','cu-2','8b3ce86ccffc07ff6857759934411c51ef64b4b339c6f0aa83a8950b98d07d99','Lũ về sớm năm ngày','lu-ve-som-nam-ngay',2,'2026-11-28 22:06:19.419825','2026-11-28 22:06:19.419825',0,14,'key:dich-vu','2026-11-28 22:06:19.421080','2026-11-28 22:06:19.673186',NULL,2,'2026-11-28 22:06:19.673186','key:dich-vu',NULL,1,' lu|lu4 ve|vê2 som|sơm1 nam|năm ngay|ngay2 ',NULL,NULL,NULL);
INSERT INTO articles VALUES(3,2,2,'withdrawn','cu-3','3f04eb7248ad5fbefd73753e324a43ba797a04c174976a4ef9b403ff38c761c6','Bài sẽ gỡ','bai-se-go',2,'2026-11-28 22:06:19.525729','2026-11-28 22:06:19.525729',0,11,'key:dich-vu','2026-11-28 22:06:19.525924','2026-11-28 22:06:19.743390',NULL,NULL,NULL,NULL,NULL,NULL,' bai|bai2 se|se4 go|gơ4 ',NULL,NULL,NULL);
INSERT INTO articles VALUES(4,1,NULL,'scheduled','cu-4','e92626bbc7ae2198720f043425f4729648ea1ba16a57e70177fbc70cc64653d8','Bài hẹn giờ','bai-hen-gio',3,'2028-05-31 23:00:00.000000',NULL,0,11,'key:dich-vu','2026-11-28 22:06:19.546779','2026-11-28 22:06:19.546779',NULL,1,'2026-11-28 22:06:19.546779','key:dich-vu',NULL,1,' bai|bai2 hen|hen5 gio|giơ2 ',NULL,NULL,NULL);
INSERT INTO articles VALUES(5,1,NULL,'draft','cu-5','f0f2aabd0fa3f999b72edf83ad54c69d7d9503cddb387f05a256c7d1442b4b45','Bài còn viết dở','bai-con-viet-do',3,NULL,NULL,0,12,'key:dich-vu','2026-11-28 22:06:19.580490','2026-11-28 22:06:19.580490',NULL,NULL,NULL,NULL,NULL,NULL,' bai|bai2 con|con2 viet|viêt1 do|dơ3 ','user:chief@bao.example','2026-11-28 22:06:20.259258',NULL);
INSERT INTO articles VALUES(6,2,1,'published','cu-6','4782f57e33504f32cba6c271fd305e4a431a282fe72b73d3138f8969d922d606','Bài có bản chuẩn bị','bai-co-ban-chuan-bi',1,'2026-11-28 22:06:19.596834','2026-11-28 22:06:19.596834',0,13,'key:dich-vu','2026-11-28 22:06:19.597021','2026-11-28 22:06:20.311794',NULL,1,'2026-11-28 22:06:19.597021','key:dich-vu',NULL,1,' bai|bai2 co|co1 ban|ban3 chuan|chuân3 bi|bi5 ',NULL,NULL,2);
CREATE TABLE revisions (
	article_id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	action VARCHAR(32) NOT NULL, 
	effect VARCHAR(8) NOT NULL, 
	reason TEXT NOT NULL, 
	state TEXT NOT NULL, 
	original TEXT NOT NULL, 
	original_format VARCHAR(8) NOT NULL, 
	PRIMARY KEY (article_id, version), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO revisions VALUES(1,1,'2026-11-28 22:06:19.381941','key:dich-vu','published','shown','','{"id":1,"version":1,"status":"published","kind":"article","title":"Chợ nổi nhóm họp sớm","slug":"cho-noi-nhom-hop-som","summary":"Tóm tắt của Chợ nổi nhóm họp sớm.","body":"<p>Chợ nổi nhóm họp sớm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"kinh-te","section_name":"Kinh tế","tags":[{"slug":"cho-noi","name":"Chợ nổi"},{"slug":"muong-sang","name":"Mường Sáng"}],"dateline":"","byline":"Lò Văn Páo","authors":[{"name":"Lò Văn Páo","slug":"lo-van-pao","roles":[]}],"images":[{"url":"/media/db/56052e5d466827b2dbb3fad6a7333e35.jpg","caption":"Chợ nổi lúc rạng đông","credit":"Lò Văn Páo","alt":"","width":480,"height":320,"renditions":[[160,"/media/db/56052e5d466827b2dbb3fad6a7333e35-160.avif"],[160,"/media/db/56052e5d466827b2dbb3fad6a7333e35-160.webp"],[320,"/media/db/56052e5d466827b2dbb3fad6a7333e35-320.avif"],[320,"/media/db/56052e5d466827b2dbb3fad6a7333e35-320.webp"]]}],"video_url":"","corrections":[],"published_at":"2026-11-20T08:00:00+07:00","first_published_at":"2026-11-20T08:00:00+07:00","updated_at":"2026-11-20T08:00:00+07:00","opening_views":1234,"old_paths":["/2019/05/cho-noi"]}','<p>Chợ nổi nhóm họp sớm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(2,1,'2026-11-28 22:06:19.421080','key:dich-vu','published','shown','','{"id":2,"version":1,"status":"published","kind":"article","title":"Lũ về sớm hơn mọi năm","slug":"lu-ve-som-hon-moi-nam","summary":"Tóm tắt của Lũ về sớm hơn mọi năm.","body":"<p>Lũ về sớm hơn mọi năm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"thoi-su","section_name":"Thời sự","tags":[{"slug":"muong-sang","name":"Mường Sáng"}],"dateline":"","byline":"Hoàng Thị Nhung","authors":[{"name":"Hoàng Thị Nhung","slug":"hoang-thi-nhung","roles":[]}],"images":[],"video_url":"","corrections":[],"published_at":"2026-11-28T22:06:19.419825Z","first_published_at":"2026-11-28T22:06:19.419825Z","updated_at":"2026-11-28T22:06:19.419825Z","opening_views":0,"old_paths":[]}','<p>Lũ về sớm hơn mọi năm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(3,1,'2026-11-28 22:06:19.525924','key:dich-vu','published','shown','','{"id":3,"version":1,"status":"published","kind":"article","title":"Bài sẽ gỡ","slug":"bai-se-go","summary":"Tóm tắt của Bài sẽ gỡ.","body":"<p>Bài sẽ gỡ: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"thoi-su","section_name":"Thời sự","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":"2026-11-28T22:06:19.525729Z","first_published_at":"2026-11-28T22:06:19.525729Z","updated_at":"2026-11-28T22:06:19.525729Z","opening_views":0,"old_paths":[]}','<p>Bài sẽ gỡ: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(4,1,'2026-11-28 22:06:19.546779','key:dich-vu','scheduled','','','{"id":4,"version":1,"status":"scheduled","kind":"article","title":"Bài hẹn giờ","slug":"bai-hen-gio","summary":"Tóm tắt của Bài hẹn giờ.","body":"<p>Bài hẹn giờ: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"the-thao","section_name":"Thể thao","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":"2099-06-01T06:00:00+07:00","first_published_at":null,"updated_at":"2026-11-28T22:06:19.546779Z","opening_views":0,"old_paths":[]}','<p>Bài hẹn giờ: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(5,1,'2026-11-28 22:06:19.580490','key:dich-vu','saved','','','{"id":5,"version":1,"status":"draft","kind":"article","title":"Bài còn viết dở","slug":"bai-con-viet-do","summary":"Tóm tắt của Bài còn viết dở.","body":"<p>Bài còn viết dở: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"the-thao","section_name":"Thể thao","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":null,"first_published_at":null,"updated_at":"2026-11-28T22:06:19.580490Z","opening_views":0,"old_paths":[]}','<p>Bài còn viết dở: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(6,1,'2026-11-28 22:06:19.597021','key:dich-vu','published','shown','','{"id":6,"version":1,"status":"published","kind":"article","title":"Bài có bản chuẩn bị","slug":"bai-co-ban-chuan-bi","summary":"Tóm tắt của Bài có bản chuẩn bị.","body":"<p>Bài có bản chuẩn bị: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"kinh-te","section_name":"Kinh tế","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":"2026-11-28T22:06:19.596834Z","first_published_at":"2026-11-28T22:06:19.596834Z","updated_at":"2026-11-28T22:06:19.596834Z","opening_views":0,"old_paths":[]}','<p>Bài có bản chuẩn bị: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(2,2,'2026-11-28 22:06:19.673186','key:dich-vu','corrected','shown','Bài trước ghi sai ngày nước về.','{"id":2,"version":2,"status":"published","kind":"article","title":"Lũ về sớm năm ngày","slug":"lu-ve-som-nam-ngay","summary":"Tóm tắt của Lũ về sớm hơn mọi năm.","body":"<p>Lũ về sớm hơn mọi năm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"thoi-su","section_name":"Thời sự","tags":[{"slug":"muong-sang","name":"Mường Sáng"}],"dateline":"","byline":"Hoàng Thị Nhung","authors":[{"name":"Hoàng Thị Nhung","slug":"hoang-thi-nhung","roles":[]}],"images":[],"video_url":"","corrections":[{"at":"2026-11-28T22:06:19.673124Z","notice":"Bài trước ghi sai ngày nước về.","wrong":"ngày 3","right":"ngày 8"}],"published_at":"2026-11-28T22:06:19.419825Z","first_published_at":"2026-11-28T22:06:19.419825Z","updated_at":"2026-11-28T22:06:19.673186Z","opening_views":0,"old_paths":[]}','<p>Lũ về sớm hơn mọi năm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(3,2,'2026-11-28 22:06:19.743390','key:dich-vu','withdrawn','removed','Sai sự thật, gỡ theo yêu cầu.','{"id":3,"version":2,"status":"withdrawn","kind":"article","title":"Bài sẽ gỡ","slug":"bai-se-go","summary":"Tóm tắt của Bài sẽ gỡ.","body":"<p>Bài sẽ gỡ: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"thoi-su","section_name":"Thời sự","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":"2026-11-28T22:06:19.525729Z","first_published_at":"2026-11-28T22:06:19.525729Z","updated_at":"2026-11-28T22:06:19.743390Z","opening_views":0,"old_paths":[]}','<p>Bài sẽ gỡ: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>','html');
INSERT INTO revisions VALUES(6,2,'2026-11-28 22:06:20.311794','user:chief@bao.example','prepared','','','{"id":6,"version":2,"status":"published","kind":"article","title":"Bài có bản chuẩn bị, tựa mới","slug":"bai-co-ban-chuan-bi-tua-moi","summary":"Lời chuẩn bị.","body":"<p>Lời chuẩn bị.</p>","section_slug":"kinh-te","section_name":"Kinh tế","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":"2026-11-28T22:06:19.596834Z","first_published_at":"2026-11-28T22:06:19.596834Z","updated_at":"2026-11-28T22:06:20.311794Z","opening_views":0,"old_paths":[]}','<p>Lời chuẩn bị.</p>','html');
CREATE TABLE front_page (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	pinned TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO front_page VALUES(1,1,'[1,2]');
CREATE TABLE keys (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	prefix VARCHAR(16) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	last_used_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (prefix)
);
INSERT INTO keys VALUES(1,'dich-vu','a2bd323a6a6c','9f3b8600591532a6b7eb0357007db0b03c5314b2da753140658383faba6c86cc','["opening","publish"]','2026-11-28 22:06:17.450373',NULL,NULL,'2026-11-28 22:06:18.284703');
CREATE TABLE users (
	id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	password_hash TEXT NOT NULL, 
	must_change_password BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	disabled_at DATETIME, all_sections BOOLEAN DEFAULT 1 NOT NULL, totp_secret VARCHAR(64), totp_step BIGINT, recovery TEXT, last_login_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (email)
);
INSERT INTO users VALUES(1,'admin@toasoan.local','admin','admin','$argon2id$v=19$m=19456,t=2,p=1$2lcvBuNLK2LeaSOGIr619A$VhrXFjpgRpYwtX70GYkB9WSbC6kJwdakCY/GEEtrT/k',1,'2026-11-28 22:06:12.506118',NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO users VALUES(2,'chief@bao.example','Tổng biên tập','chief','$argon2id$v=19$m=19456,t=2,p=1$dpM/ckwE5kBRyhWXuuNPJg$5DkEVEQqQbpTmzMQebsPuWkKNnzp5KqFttxNB9KBSYU',0,'2026-11-28 22:06:19.896982',NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO users VALUES(3,'secretary@bao.example','Thư ký','secretary','$argon2id$v=19$m=19456,t=2,p=1$dpM/ckwE5kBRyhWXuuNPJg$5DkEVEQqQbpTmzMQebsPuWkKNnzp5KqFttxNB9KBSYU',0,'2026-11-28 22:06:19.911099',NULL,1,NULL,NULL,NULL,NULL);
INSERT INTO users VALUES(4,'reporter@bao.example','Phóng viên Páo','reporter','$argon2id$v=19$m=19456,t=2,p=1$dpM/ckwE5kBRyhWXuuNPJg$5DkEVEQqQbpTmzMQebsPuWkKNnzp5KqFttxNB9KBSYU',0,'2026-11-28 22:06:19.911503',NULL,1,NULL,NULL,NULL,NULL);
CREATE TABLE sessions (
	digest VARCHAR(64) NOT NULL, 
	user_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, agent VARCHAR(80) DEFAULT '' NOT NULL, seen_at DATETIME, proven_at DATETIME, 
	PRIMARY KEY (digest), 
	FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE comments (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	version BIGINT NOT NULL, 
	token VARCHAR(64) NOT NULL, 
	article_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	name VARCHAR(200) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	spam_score INTEGER NOT NULL, 
	spam_reasons TEXT NOT NULL, 
	decided_by VARCHAR(200) NOT NULL, 
	decided_at DATETIME, words TEXT DEFAULT '' NOT NULL, 
	UNIQUE (token), 
	FOREIGN KEY(article_id) REFERENCES articles (id), 
	FOREIGN KEY(parent_id) REFERENCES comments (id)
);
INSERT INTO comments VALUES(1,2,'t0',1,NULL,'Bạn đọc Một','doc@bao.example','Chợ đông lắm.','2026-11-25 03:00:00.000000','approved',0,'[]','user:chief@bao.example','2026-11-28 22:06:19.983699',' ban|ban5 doc|đoc5 mot|môt5 cho|chơ5 dong|đông lam|lăm1 ');
INSERT INTO comments VALUES(2,2,'t1',1,NULL,'Bạn đọc Hai','doc@bao.example','Quảng cáo xấu','2026-11-25 03:01:00.000000','rejected',0,'[]','user:chief@bao.example','2026-11-28 22:06:20.000118',' ban|ban5 doc|đoc5 hai|hai quang|quang3 cao|cao1 xau|xâu1 ');
INSERT INTO comments VALUES(3,1,'t2',1,NULL,'Bạn đọc Ba','doc@bao.example','Đang chờ duyệt','2026-11-25 03:02:00.000000','held',0,'[]','',NULL,' ban|ban5 doc|đoc5 ba|ba dang|đang cho|chơ2 duyet|duyêt5 ');
INSERT INTO comments VALUES(4,2,'t3',1,1,'Bạn đọc Bốn','doc@bao.example','Đúng vậy!','2026-11-25 03:03:00.000000','approved',0,'[]','user:chief@bao.example','2026-11-28 22:06:20.029489',' ban|ban5 doc|đoc5 bon|bôn1 dung|đung1 vay|vây5 ');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	action VARCHAR(64) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	detail TEXT NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO audit VALUES(1,'2026-11-28 22:06:12.522106','command line','user.created','user:admin@toasoan.local','{"role":"admin"}','9e2b56c180c51e16bf9ee03c296889a24f743f092b8fa505ea727e24e7ddf354');
INSERT INTO audit VALUES(2,'2026-11-28 22:06:17.908686','command line','key.created','key:dich-vu','{"prefix":"a2bd323a6a6c","scopes":["opening","publish"]}','d2b9502dd7f0c0be86f5657e7382575e69880e0b10178752e3ba7eb1049e440a');
INSERT INTO audit VALUES(3,'2026-11-28 22:06:19.313543','key:dich-vu','media.kept','media:db/56052e5d466827b2dbb3fad6a7333e35.jpg','{"bytes":4218}','c44badcedce51ccce7ff2744f1b97f0e409036b919016e5aec537f7a7da434e3');
INSERT INTO audit VALUES(4,'2026-11-28 22:06:19.370565','key:dich-vu','section.saved','section:1','{"version":1,"name":"Kinh tế"}','beee8aa54748bc9d797d376d7eded643119d2fc7d594874b7aeb90e2f457eb9a');
INSERT INTO audit VALUES(5,'2026-11-28 22:06:19.389050','key:dich-vu','article.published','article:1','{"version":1,"status":"published","title":"Chợ nổi nhóm họp sớm"}','8a906f926c944a97931c527a58d65ca9a024898392313016e734ae7e5b9f6a41');
INSERT INTO audit VALUES(6,'2026-11-28 22:06:19.389050','key:dich-vu','article.opening_views','article:1','{"version":1,"views":1234}','e41f283b206b8020b44ee570950cec7c2b0af3a739647d342b9cccba34ce055c');
INSERT INTO audit VALUES(7,'2026-11-28 22:06:19.420894','key:dich-vu','section.saved','section:2','{"version":1,"name":"Thời sự"}','3ae6104e573849d2c7866c32f94648e5dece9252bb005d3eba4ed88e9e641537');
INSERT INTO audit VALUES(8,'2026-11-28 22:06:19.440577','key:dich-vu','article.published','article:2','{"version":1,"status":"published","title":"Lũ về sớm hơn mọi năm"}','2abb983b24596a96660d5c543970cc69fb7b0c135dad710f72dd50e9814fa3c8');
INSERT INTO audit VALUES(9,'2026-11-28 22:06:19.526527','key:dich-vu','article.published','article:3','{"version":1,"status":"published","title":"Bài sẽ gỡ"}','dd05915a00f547dc2eda470b13540b61eddcfae09ca5b51b1849f5941304ccf1');
INSERT INTO audit VALUES(10,'2026-11-28 22:06:19.546594','key:dich-vu','section.saved','section:3','{"version":1,"name":"Thể thao"}','9ef6fba5bb613cc622740b460b3e8920b8a85fee2a33815482cbe74067e7b0d7');
INSERT INTO audit VALUES(11,'2026-11-28 22:06:19.562320','key:dich-vu','article.scheduled','article:4','{"version":1,"status":"scheduled","title":"Bài hẹn giờ"}','d359471eb606e6fd47fc77491a00780b7be6ee55696d56cf3061b3fb715d2d7d');
INSERT INTO audit VALUES(12,'2026-11-28 22:06:19.581250','key:dich-vu','article.saved','article:5','{"version":1,"status":"draft","title":"Bài còn viết dở"}','fcb0ab8ca938856e560bdda357ab4152770d3cdf6ba2d8309a587f37a56b1c20');
INSERT INTO audit VALUES(13,'2026-11-28 22:06:19.597616','key:dich-vu','article.published','article:6','{"version":1,"status":"published","title":"Bài có bản chuẩn bị"}','63f4a56b827928cb8d56cde45aa98686735376cccfb87591466ecd4fa4cc3cb1');
INSERT INTO audit VALUES(14,'2026-11-28 22:06:19.674314','key:dich-vu','article.corrected','article:2','{"version":2,"status":"published","title":"Lũ về sớm năm ngày","reason":"Bài trước ghi sai ngày nước về."}','c6dfd94fb8c1455a237ddec4da1d90f6652d6a4d5fc100b89e8ea2d894c80362');
INSERT INTO audit VALUES(15,'2026-11-28 22:06:19.743931','key:dich-vu','article.withdrawn','article:3','{"version":2,"status":"withdrawn","title":"Bài sẽ gỡ","reason":"Sai sự thật, gỡ theo yêu cầu."}','600362b2c39b4771e5fbe408f1d1ede0c1ed162a472a50589025bbebc1dd3438');
INSERT INTO audit VALUES(16,'2026-11-28 22:06:19.910941','tests','user.created','user:chief@bao.example','{"role":"chief"}','6ae8a5f3e5b94f77e806685eb02ac1c4375c34e57870cbb1c8fd5f67dc3265e3');
INSERT INTO audit VALUES(17,'2026-11-28 22:06:19.911449','tests','user.created','user:secretary@bao.example','{"role":"secretary"}','8718113852616a03c9b9da8f308b8adee339fef562330be951dd5c81a6f2a380');
INSERT INTO audit VALUES(18,'2026-11-28 22:06:19.911682','tests','user.created','user:reporter@bao.example','{"role":"reporter"}','08f32bc5899f4344acb3321ee9cbf52e1e8ea6eeeed00e150ad9df311651483c');
INSERT INTO audit VALUES(19,'2026-11-28 22:06:19.946785','key:dich-vu','front_page.changed','front_page','{"pinned":[1,2]}','5de0065548643dd34bb3636371dfc268b5f0e25bebc40fc193f394c19ea2c262');
INSERT INTO audit VALUES(20,'2026-11-28 22:06:19.987345','user:chief@bao.example','comment.approved','comment:1','{"article":1}','ae6761e740e1827dd453cccdcbf846efce3d234154e740361cdbd907de8ac38c');
INSERT INTO audit VALUES(21,'2026-11-28 22:06:20.001171','user:chief@bao.example','comment.rejected','comment:2','{"article":1}','90b7954b5ac843abb47a924208169cf380f14a4f846433ac4ef9e55bce34c23f');
INSERT INTO audit VALUES(22,'2026-11-28 22:06:20.029862','user:chief@bao.example','comment.approved','comment:4','{"article":1}','99b9ff1ac1130a21814664a997552ac85c94fe23f807b2b30f0ed06ec93c35f9');
INSERT INTO audit VALUES(23,'2026-11-28 22:06:20.193507','user:chief@bao.example','trending.set','trending:1','{"rule":"pin","position":2}','25ed76d1a728abbab3324050344d386d3e1da3f47ad9a0195ce667feef44bf48');
INSERT INTO audit VALUES(24,'2026-11-28 22:06:20.196008','user:chief@bao.example','address_rules.added','address_rules','{"id":1,"pattern":"/chuyen-muc-cu/*","target":"/kinh-te"}','a4889bb4150fd1059f6f1436521c93d726604833ba846787687ea8f166d90e49');
INSERT INTO audit VALUES(25,'2026-11-28 22:06:20.203517','user:chief@bao.example','search_words.changed','search_words','{"added":["TP.HCM = Thành phố Hồ Chí Minh = Sài Gòn"],"removed":[]}','dd87cb52e7e1b5529d5b846e73092ff97fba8d57502f764d8960fb2ba9b6d969');
INSERT INTO audit VALUES(26,'2026-11-28 22:06:20.207728','user:chief@bao.example','plan.added','plan:1','{"title":"Phóng sự chợ phiên"}','035d7d5bef80f2bbd8f3d1e701fae379191ee010988e0fee5689cabd0833414d');
INSERT INTO audit VALUES(27,'2026-11-28 22:06:20.238615','user:chief@bao.example','feed.saved','feed:1','{"name":"Nguồn ngoài","url":"https://nguon.example/rss","enabled":false}','47939cc60562165ad2eb6c86dfdfb4fe5e9ab820ade2890c84dd2ad5c62fc853');
INSERT INTO audit VALUES(28,'2026-11-28 22:06:20.240646','user:chief@bao.example','royalty.rate_set','royalties','{"kind":"article","role":"","from_month":"2026-11","amount":500000,"per_picture":false}','c62f7d92e9aa220c105a195f2a84be1337b3ff14dc981fbfe076d4f0c18488e8');
INSERT INTO audit VALUES(29,'2026-11-28 22:06:20.245672','user:chief@bao.example','royalty.adjusted','royalties:2026-11','{"author":"Lò Văn Páo","amount":200000,"reason":"Thưởng bài hay"}','fb15d6c61939efb41240cf9d5f36eace62a300d63ec2ae2737dc179d1b248c17');
INSERT INTO audit VALUES(30,'2026-11-28 22:06:20.246621','user:chief@bao.example','webhook.created','webhook:1','{"name":"Đối tác","url":"https://doi-tac.example/moc"}','a0b71a06e6daaf94d25b367fd31f444776fe9a87f24848aad9e54f31551c8adb');
INSERT INTO audit VALUES(31,'2026-11-28 22:06:20.252336','user:chief@bao.example','author.added','author:1','{"name":"Lò Văn Páo","account_id":4}','6ee6bf6cbad7082bfe944112389726283b24ce45943e7c21bc266c9d746a822c');
INSERT INTO audit VALUES(32,'2026-11-28 22:06:20.253079','user:chief@bao.example','author.signs','author:1','{"name":"Lò Văn Páo"}','d2dcad9ace2235165c2b51239c715db51e74b4f895f0454fbf60ba967e802648');
INSERT INTO audit VALUES(33,'2026-11-28 22:06:20.253887','user:chief@bao.example','article.noted','article:5','{}','990dae53e189cbd4ca9c4fa134e6d40a1626e5e81b1908362073ec6e9bf6295e');
INSERT INTO audit VALUES(34,'2026-11-28 22:06:20.259788','user:chief@bao.example','article.taken','article:5','{"from":null,"to":"user:chief@bao.example"}','62675c5888a7b130b2e4c3a6db91e7d4b250855443734e9988787c5ba11325ea');
INSERT INTO audit VALUES(35,'2026-11-28 22:06:20.312710','user:chief@bao.example','article.prepared','article:6','{"version":2,"status":"published","title":"Bài có bản chuẩn bị, tựa mới"}','807b4af9abec56aff13f87d8a2e105d1fe2b3ec029f7686d33435580e5cc5313');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	queue VARCHAR(32) NOT NULL, 
	bulk BOOLEAN NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	version BIGINT NOT NULL, 
	event_id VARCHAR(64) NOT NULL, 
	traceparent VARCHAR(64) NOT NULL, 
	occurred_at FLOAT NOT NULL, 
	leased_until FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE dead_letters (
	id VARCHAR(64) NOT NULL, 
	service VARCHAR(32) NOT NULL, 
	task VARCHAR(128) NOT NULL, 
	source_queue VARCHAR(32) NOT NULL, 
	message TEXT NOT NULL, 
	error TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	replayed_at DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE user_sections (
	user_id INTEGER NOT NULL, 
	section_id INTEGER NOT NULL, 
	PRIMARY KEY (user_id, section_id), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	FOREIGN KEY(section_id) REFERENCES sections (id)
);
CREATE TABLE invitations (
	id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	role VARCHAR(32) NOT NULL, 
	all_sections BOOLEAN NOT NULL, 
	section_ids TEXT NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (digest)
);
CREATE TABLE section_rules (
	section_id INTEGER NOT NULL, 
	steps TEXT NOT NULL, 
	approver VARCHAR(32) NOT NULL, 
	PRIMARY KEY (section_id), 
	FOREIGN KEY(section_id) REFERENCES sections (id)
);
CREATE TABLE autosaves (
	"key" VARCHAR(40) NOT NULL, 
	user_id INTEGER NOT NULL, 
	article_id INTEGER, 
	base_version BIGINT, 
	sequence BIGINT NOT NULL, 
	fields TEXT NOT NULL, 
	saved_at DATETIME NOT NULL, 
	PRIMARY KEY ("key"), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO autosaves VALUES('6f6d17d8d1104b369805257348c878c9',4,NULL,NULL,941989920,'{"title":"Bài đang gõ dở","body":"<p>Chưa lưu.</p>"}','2026-11-28 22:06:20.259937');
CREATE TABLE article_notes (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(200) NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO article_notes VALUES(1,5,'2026-11-28 22:06:20.253245','user:chief@bao.example','Cần hỏi thêm trưởng bản.');
CREATE TABLE media_uses (
	path VARCHAR(200) NOT NULL, 
	article_id INTEGER NOT NULL, 
	PRIMARY KEY (path, article_id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO media_uses VALUES('db/56052e5d466827b2dbb3fad6a7333e35.jpg',1);
CREATE TABLE front_page_slots (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	starts_at DATETIME, 
	ends_at DATETIME, 
	added_by VARCHAR(200) NOT NULL, 
	added_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO front_page_slots VALUES(1,1,1,NULL,NULL,'key:dich-vu','2026-11-28 22:06:19.929279');
INSERT INTO front_page_slots VALUES(2,2,2,NULL,NULL,'key:dich-vu','2026-11-28 22:06:19.929279');
CREATE TABLE media_sources (
	digest VARCHAR(64) NOT NULL, 
	url TEXT NOT NULL, 
	path VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (digest)
);
CREATE TABLE import_jobs (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	file VARCHAR(200) NOT NULL, 
	format VARCHAR(16) NOT NULL, 
	dry_run BOOLEAN NOT NULL, 
	fetch_media BOOLEAN NOT NULL, 
	as_status VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	done INTEGER NOT NULL, 
	counts TEXT NOT NULL, 
	problems TEXT NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	leased_until DATETIME, 
	finished_at DATETIME, tries INTEGER DEFAULT '0' NOT NULL, cause TEXT DEFAULT '' NOT NULL, told TEXT DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE feeds (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	url TEXT NOT NULL, 
	section VARCHAR(120) NOT NULL, 
	minutes INTEGER NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	etag TEXT NOT NULL, 
	last_modified TEXT NOT NULL, 
	next_at DATETIME NOT NULL, 
	polled_at DATETIME, 
	ok_at DATETIME, 
	failures INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	drafts INTEGER NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, tries INTEGER DEFAULT '0' NOT NULL, cause TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO feeds VALUES(1,'Nguồn ngoài','https://nguon.example/rss','kinh-te',60,0,'','','2026-11-28 22:06:20.207904',NULL,NULL,0,'',0,'user:chief@bao.example','2026-11-28 22:06:20.207904',0,'');
CREATE TABLE webhooks (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	url TEXT NOT NULL, 
	secret VARCHAR(100) NOT NULL, 
	kinds TEXT NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	disabled_reason TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	tried_at DATETIME, 
	ok_at DATETIME, 
	created_by VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO webhooks VALUES(1,'Đối tác','https://doi-tac.example/moc','whsec_rtlDZDOmgDZT4qtrJL/Nt8hAOtHmifQJV/r3NYZeQOs=','["article.published","article.updated","article.removed"]',1,'',0,NULL,NULL,'user:chief@bao.example','2026-11-28 22:06:20.245840');
CREATE TABLE webhook_deliveries (
	id INTEGER NOT NULL, 
	webhook_id INTEGER NOT NULL, 
	event_id VARCHAR(64) NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	article_id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at DATETIME NOT NULL, 
	answer INTEGER, 
	error TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	PRIMARY KEY (id), 
	CONSTRAINT webhook_deliveries_once UNIQUE (webhook_id, event_id), 
	FOREIGN KEY(webhook_id) REFERENCES webhooks (id)
);
CREATE TABLE webhook_cursor (
	id INTEGER NOT NULL, 
	audit_id BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE plans (
	id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	day DATE NOT NULL, 
	hour VARCHAR(5) NOT NULL, 
	title TEXT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	section_id INTEGER, 
	assignee VARCHAR(200) NOT NULL, 
	note TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	article_id INTEGER, 
	created_by VARCHAR(200) NOT NULL, 
	updated_at DATETIME NOT NULL, assignee_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(section_id) REFERENCES sections (id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO plans VALUES(1,1,'2026-12-01','17:30','Phóng sự chợ phiên','article',NULL,'Phóng viên Páo','Đi hai ngày','planned',NULL,'user:chief@bao.example','2026-11-28 22:06:20.206727',4);
CREATE TABLE royalty_rates (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	role VARCHAR(50) NOT NULL, 
	from_month VARCHAR(7) NOT NULL, 
	amount BIGINT NOT NULL, 
	per_picture BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT royalty_rates_once UNIQUE (kind, role, from_month)
);
INSERT INTO royalty_rates VALUES(1,'article','','2026-11',500000,0);
CREATE TABLE royalty_adjustments (
	id INTEGER NOT NULL, 
	month VARCHAR(7) NOT NULL, 
	author_slug VARCHAR(200) NOT NULL, 
	author_name VARCHAR(200) NOT NULL, 
	article_id INTEGER, 
	amount BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	"by" VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO royalty_adjustments VALUES(1,'2026-11','lo-van-pao','Lò Văn Páo',1,200000,'Thưởng bài hay','user:chief@bao.example','2026-11-28 22:06:20.240854');
CREATE TABLE royalty_sheets (
	month VARCHAR(7) NOT NULL, 
	lines TEXT NOT NULL, 
	total BIGINT NOT NULL, 
	approved_by VARCHAR(200) NOT NULL, 
	approved_at DATETIME NOT NULL, 
	PRIMARY KEY (month)
);
CREATE TABLE generations (
	number BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	reason TEXT NOT NULL, 
	timeline TEXT NOT NULL, 
	PRIMARY KEY (number)
);
INSERT INTO generations VALUES(0,'2026-11-28 22:06:16.528482','the first','');
CREATE TABLE royalty_payees (
	author_slug VARCHAR(200) NOT NULL, 
	account_id INTEGER NOT NULL, 
	"by" VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (author_slug), 
	FOREIGN KEY(account_id) REFERENCES users (id)
);
CREATE TABLE IF NOT EXISTS "media" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	sha256 VARCHAR(64) NOT NULL, 
	path VARCHAR(200) NOT NULL, 
	type VARCHAR(32) NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	bytes BIGINT NOT NULL, 
	renditions TEXT NOT NULL, 
	caption TEXT NOT NULL, 
	credit TEXT NOT NULL, 
	alt TEXT NOT NULL, 
	created_by VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	name VARCHAR(200) DEFAULT '' NOT NULL, 
	focus_x FLOAT DEFAULT '0.5' NOT NULL, 
	focus_y FLOAT DEFAULT '0.5' NOT NULL, 
	derived_from INTEGER, 
	poster_id INTEGER, 
	words TEXT DEFAULT '' NOT NULL, 
	UNIQUE (sha256), 
	UNIQUE (path)
);
INSERT INTO media VALUES(1,'db56052e5d466827b2dbb3fad6a7333e352409ca7c0db86c4d146bcbd6ee01c5','db/56052e5d466827b2dbb3fad6a7333e35.jpg','image/jpeg',480,320,4218,'[[160,"db/56052e5d466827b2dbb3fad6a7333e35-160.avif"],[160,"db/56052e5d466827b2dbb3fad6a7333e35-160.webp"],[320,"db/56052e5d466827b2dbb3fad6a7333e35-320.avif"],[320,"db/56052e5d466827b2dbb3fad6a7333e35-320.webp"]]','Chợ nổi','Lò Văn Páo','','key:dich-vu','2026-11-28 22:06:19.311048','cho.jpg',0.5,0.5,NULL,NULL,' cho|cho jpg|jpg cho|chơ5 noi|nôi3 lo|lo2 van|văn pao|pao1 ');
CREATE TABLE address_rules (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	last_rule INTEGER NOT NULL, 
	rules TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO address_rules VALUES(1,1,1,'[{"id":1,"pattern":"/chuyen-muc-cu/*","target":"/kinh-te"}]');
CREATE TABLE wire_versions (
	external_id VARCHAR(200) NOT NULL, 
	number BIGINT NOT NULL, 
	made_at VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (external_id)
);
CREATE TABLE made_things (
	"key" VARCHAR(40) NOT NULL, 
	user_id INTEGER NOT NULL, 
	made_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE passkeys (
	id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	credential BLOB NOT NULL, 
	public_key BLOB NOT NULL, 
	signs BIGINT NOT NULL, 
	challenge_at BIGINT NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	created_at DATETIME NOT NULL, 
	used_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES users (id), 
	UNIQUE (credential)
);
CREATE TABLE search_words (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	lines TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO search_words VALUES(1,1,'["TP.HCM = Thành phố Hồ Chí Minh = Sài Gòn"]');
CREATE TABLE authors (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR(200) NOT NULL, 
	account_id INTEGER, 
	"by" VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	UNIQUE (account_id), 
	FOREIGN KEY(account_id) REFERENCES users (id)
);
INSERT INTO authors VALUES(1,'Lò Văn Páo',4,'user:chief@bao.example','2026-11-28 22:06:20.251019');
CREATE TABLE pen_names (
	"key" VARCHAR(400) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	author_id INTEGER NOT NULL, 
	"by" VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY ("key"), 
	FOREIGN KEY(author_id) REFERENCES authors (id)
);
INSERT INTO pen_names VALUES('lo2 văn pao1','Lò Văn Páo',1,'user:chief@bao.example','2026-11-28 22:06:20.252416');
CREATE TABLE bylines (
	"key" VARCHAR(400) NOT NULL, 
	article_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	PRIMARY KEY ("key", article_id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
INSERT INTO bylines VALUES('lo2 văn pao1',1,'Lò Văn Páo');
INSERT INTO bylines VALUES('hoang2 thi5 nhung',2,'Hoàng Thị Nhung');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('media',1);
INSERT INTO sqlite_sequence VALUES('articles',6);
INSERT INTO sqlite_sequence VALUES('comments',4);
INSERT INTO sqlite_sequence VALUES('authors',1);
CREATE INDEX articles_by_status ON articles (status, published_at);
CREATE INDEX articles_by_section ON articles (section_id, updated_at);
CREATE INDEX articles_by_update ON articles (updated_at);
CREATE INDEX articles_public ON articles (public_version) WHERE public_version IS NOT NULL;
CREATE UNIQUE INDEX keys_valid_name ON keys (name) WHERE revoked_at IS NULL;
CREATE INDEX ix_sessions_user_id ON sessions (user_id);
CREATE INDEX ix_comments_article_id ON comments (article_id);
CREATE INDEX comments_by_status ON comments (status, at);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX outbox_by_queue ON outbox (queue, bulk, id);
CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE UNIQUE INDEX autosaves_by_user ON autosaves (user_id, article_id);
CREATE INDEX ix_article_notes_article_id ON article_notes (article_id);
CREATE INDEX ix_media_uses_article_id ON media_uses (article_id);
CREATE INDEX import_jobs_by_state ON import_jobs (state, id);
CREATE INDEX feeds_by_next ON feeds (enabled, next_at);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (state, next_at);
CREATE INDEX plans_by_day ON plans (day);
CREATE INDEX ix_royalty_adjustments_month ON royalty_adjustments (month);
CREATE INDEX ix_royalty_payees_account_id ON royalty_payees (account_id);
CREATE INDEX outbox_by_key ON outbox (queue, "key");
CREATE INDEX comments_by_parent ON comments (parent_id);
CREATE INDEX ix_made_things_at ON made_things (at);
CREATE INDEX ix_passkeys_user_id ON passkeys (user_id);
CREATE INDEX ix_pen_names_author_id ON pen_names (author_id);
CREATE INDEX ix_bylines_article_id ON bylines (article_id);
CREATE INDEX ix_plans_assignee_id ON plans (assignee_id);
CREATE INDEX articles_prepared ON articles (prepared_version) WHERE prepared_version IS NOT NULL;
COMMIT;
