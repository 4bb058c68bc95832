PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES('web_0005');
CREATE TABLE articles (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	public BOOLEAN NOT NULL, 
	reason_kind VARCHAR(16) NOT NULL, 
	published_at BIGINT NOT NULL, 
	lists TEXT NOT NULL, 
	card TEXT, 
	state TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO articles VALUES(1,1,1,'',1795136400,'["all","s:kinh-te","t:cho-noi","t:muong-sang","a:lo-van-pao"]','{"id":1,"path":"/kinh-te/cho-noi-nhom-hop-som-1","title":"Chợ nổi nhóm họp sớm","summary":"Tóm tắt của Chợ nổi nhóm họp sớm.","section_slug":"kinh-te","section_name":"Kinh tế","kind":"article","published_at":1795136400,"updated_at":1795136400,"image":{"url":"/media/db/56052e5d466827b2dbb3fad6a7333e35.jpg","caption":"Chợ nổi lúc rạng đông","credit":"Lò Văn Páo","alt":"","width":480,"height":320,"renditions":[[160,"/media/db/56052e5d466827b2dbb3fad6a7333e35-160.avif"],[160,"/media/db/56052e5d466827b2dbb3fad6a7333e35-160.webp"],[320,"/media/db/56052e5d466827b2dbb3fad6a7333e35-320.avif"],[320,"/media/db/56052e5d466827b2dbb3fad6a7333e35-320.webp"]]},"byline":"Lò Văn Páo","corrected":false}','{"id":1,"version":1,"status":"published","kind":"article","title":"Chợ nổi nhóm họp sớm","slug":"cho-noi-nhom-hop-som","summary":"Tóm tắt của Chợ nổi nhóm họp sớm.","body":"<p>Chợ nổi nhóm họp sớm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"kinh-te","section_name":"Kinh tế","tags":[{"slug":"cho-noi","name":"Chợ nổi"},{"slug":"muong-sang","name":"Mường Sáng"}],"dateline":"","byline":"Lò Văn Páo","authors":[{"name":"Lò Văn Páo","slug":"lo-van-pao","roles":[]}],"images":[{"url":"/media/db/56052e5d466827b2dbb3fad6a7333e35.jpg","caption":"Chợ nổi lúc rạng đông","credit":"Lò Văn Páo","alt":"","width":480,"height":320,"renditions":[[160,"/media/db/56052e5d466827b2dbb3fad6a7333e35-160.avif"],[160,"/media/db/56052e5d466827b2dbb3fad6a7333e35-160.webp"],[320,"/media/db/56052e5d466827b2dbb3fad6a7333e35-320.avif"],[320,"/media/db/56052e5d466827b2dbb3fad6a7333e35-320.webp"]]}],"video_url":"","corrections":[],"published_at":"2026-11-20T08:00:00+07:00","first_published_at":"2026-11-20T08:00:00+07:00","updated_at":"2026-11-20T08:00:00+07:00","opening_views":1234,"old_paths":["/2019/05/cho-noi"]}');
INSERT INTO articles VALUES(2,2,1,'',1795903579,'["all","s:thoi-su","t:muong-sang","a:hoang-thi-nhung","corrected"]','{"id":2,"path":"/thoi-su/lu-ve-som-nam-ngay-2","title":"Lũ về sớm năm ngày","summary":"Tóm tắt của Lũ về sớm hơn mọi năm.","section_slug":"thoi-su","section_name":"Thời sự","kind":"article","published_at":1795903579,"updated_at":1795903579,"image":null,"byline":"Hoàng Thị Nhung","corrected":true}','{"id":2,"version":2,"status":"published","kind":"article","title":"Lũ về sớm năm ngày","slug":"lu-ve-som-nam-ngay","summary":"Tóm tắt của Lũ về sớm hơn mọi năm.","body":"<p>Lũ về sớm hơn mọi năm: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"thoi-su","section_name":"Thời sự","tags":[{"slug":"muong-sang","name":"Mường Sáng"}],"dateline":"","byline":"Hoàng Thị Nhung","authors":[{"name":"Hoàng Thị Nhung","slug":"hoang-thi-nhung","roles":[]}],"images":[],"video_url":"","corrections":[{"at":"2026-11-28T22:06:19.673124Z","notice":"Bài trước ghi sai ngày nước về.","wrong":"ngày 3","right":"ngày 8"}],"published_at":"2026-11-28T22:06:19.419825Z","first_published_at":"2026-11-28T22:06:19.419825Z","updated_at":"2026-11-28T22:06:19.673186Z","opening_views":0,"old_paths":[]}');
INSERT INTO articles VALUES(3,2,0,'withdrawn',0,'[]',NULL,NULL);
INSERT INTO articles VALUES(6,1,1,'',1795903579,'["all","s:kinh-te"]','{"id":6,"path":"/kinh-te/bai-co-ban-chuan-bi-6","title":"Bài có bản chuẩn bị","summary":"Tóm tắt của Bài có bản chuẩn bị.","section_slug":"kinh-te","section_name":"Kinh tế","kind":"article","published_at":1795903579,"updated_at":1795903579,"image":null,"byline":"","corrected":false}','{"id":6,"version":1,"status":"published","kind":"article","title":"Bài có bản chuẩn bị","slug":"bai-co-ban-chuan-bi","summary":"Tóm tắt của Bài có bản chuẩn bị.","body":"<p>Bài có bản chuẩn bị: câu đầu.</p><p>Câu hai có chữ Mường Sáng.</p>","section_slug":"kinh-te","section_name":"Kinh tế","tags":[],"dateline":"","byline":"","authors":[],"images":[],"video_url":"","corrections":[],"published_at":"2026-11-28T22:06:19.596834Z","first_published_at":"2026-11-28T22:06:19.596834Z","updated_at":"2026-11-28T22:06:19.596834Z","opening_views":0,"old_paths":[]}');
CREATE TABLE entries (
	list VARCHAR(200) NOT NULL, 
	published_at BIGINT NOT NULL, 
	article_id INTEGER NOT NULL, 
	PRIMARY KEY (list, published_at, article_id)
)
 WITHOUT ROWID

;
INSERT INTO entries VALUES('a:hoang-thi-nhung',1795903579,2);
INSERT INTO entries VALUES('a:lo-van-pao',1795136400,1);
INSERT INTO entries VALUES('all',1795136400,1);
INSERT INTO entries VALUES('all',1795903579,2);
INSERT INTO entries VALUES('all',1795903579,6);
INSERT INTO entries VALUES('corrected',1795903579,2);
INSERT INTO entries VALUES('s:kinh-te',1795136400,1);
INSERT INTO entries VALUES('s:kinh-te',1795903579,6);
INSERT INTO entries VALUES('s:thoi-su',1795903579,2);
INSERT INTO entries VALUES('t:cho-noi',1795136400,1);
INSERT INTO entries VALUES('t:muong-sang',1795136400,1);
INSERT INTO entries VALUES('t:muong-sang',1795903579,2);
CREATE TABLE names (
	list VARCHAR(200) NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (list)
);
INSERT INTO names VALUES('a:lo-van-pao','Lò Văn Páo');
INSERT INTO names VALUES('t:cho-noi','Chợ nổi');
INSERT INTO names VALUES('t:muong-sang','Mường Sáng');
INSERT INTO names VALUES('a:hoang-thi-nhung','Hoàng Thị Nhung');
CREATE TABLE old_paths (
	path VARCHAR(500) NOT NULL, 
	article_id INTEGER NOT NULL, 
	PRIMARY KEY (path)
);
INSERT INTO old_paths VALUES('/2019/05/cho-noi',1);
CREATE TABLE sections (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	slug VARCHAR(200) NOT NULL, 
	name TEXT NOT NULL, 
	parent_slug VARCHAR(200) NOT NULL, 
	position INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO sections VALUES(1,1,'kinh-te','Kinh tế','',1);
INSERT INTO sections VALUES(2,1,'thoi-su','Thời sự','',2);
INSERT INTO sections VALUES(3,1,'the-thao','Thể thao','',3);
CREATE TABLE front_page (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	pinned TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO front_page VALUES(1,1,'[1,2]');
CREATE TABLE comments (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	public BOOLEAN NOT NULL, 
	article_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	name TEXT NOT NULL, 
	text TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO comments VALUES(1,2,1,1,NULL,'Bạn đọc Một','Chợ đông lắm.',1795575600);
INSERT INTO comments VALUES(4,2,1,1,1,'Bạn đọc Bốn','Đúng vậy!',1795575780);
CREATE TABLE totals (
	article_id INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	PRIMARY KEY (article_id)
);
INSERT INTO totals VALUES(1,0,1241);
INSERT INTO totals VALUES(2,0,7);
INSERT INTO totals VALUES(6,0,7);
CREATE TABLE rankings (
	name VARCHAR(240) NOT NULL, 
	version BIGINT NOT NULL, 
	entries TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO rankings VALUES('1h:',1795904177148,'[[6,7],[2,7],[1,7]]');
INSERT INTO rankings VALUES('24h:',1795904177148,'[[6,7],[2,7],[1,7]]');
INSERT INTO rankings VALUES('7d:',1795904177148,'[[6,7],[2,7],[1,7]]');
INSERT INTO rankings VALUES('30d:',1795904177148,'[[6,7],[2,7],[1,7]]');
INSERT INTO rankings VALUES('trending:',1795904177148,'[[1,7]]');
INSERT INTO rankings VALUES('trending:kinh-te',1795904177148,'[[1,7]]');
INSERT INTO rankings VALUES('1h:kinh-te',1795904177148,'[[6,7],[1,7]]');
INSERT INTO rankings VALUES('24h:kinh-te',1795904177148,'[[6,7],[1,7]]');
INSERT INTO rankings VALUES('7d:kinh-te',1795904177148,'[[6,7],[1,7]]');
INSERT INTO rankings VALUES('30d:kinh-te',1795904177148,'[[6,7],[1,7]]');
INSERT INTO rankings VALUES('1h:thoi-su',1795904177148,'[[2,7]]');
INSERT INTO rankings VALUES('24h:thoi-su',1795904177148,'[[2,7]]');
INSERT INTO rankings VALUES('7d:thoi-su',1795904177148,'[[2,7]]');
INSERT INTO rankings VALUES('30d:thoi-su',1795904177148,'[[2,7]]');
INSERT INTO rankings VALUES('trending:thoi-su',1795904177148,'[]');
CREATE TABLE related (
	article_id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	ids TEXT NOT NULL, 
	PRIMARY KEY (article_id)
);
INSERT INTO related VALUES(1,1795903579938322,'[]');
INSERT INTO related VALUES(2,1795903579932895,'[1]');
INSERT INTO related VALUES(3,1795903579938322,'[6]');
INSERT INTO related VALUES(6,1795903579994020,'[]');
CREATE TABLE changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at FLOAT NOT NULL, 
	occurred_at FLOAT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	what TEXT NOT NULL
);
INSERT INTO changes VALUES(19,1795904171.1491513251,1795904170.0,'totals','[[1,1235]]');
INSERT INTO changes VALUES(20,1795904171.43130064,1795904171.4114825725,'pages','["rank:1h:","rank:1h:kinh-te","rank:24h:","rank:24h:kinh-te","rank:30d:","rank:30d:kinh-te","rank:7d:","rank:7d:kinh-te","rank:trending:","rank:trending:kinh-te"]');
INSERT INTO changes VALUES(21,1795904171.9279043673,1795904171.0,'totals','[[1,1241],[2,7],[6,7]]');
INSERT INTO changes VALUES(22,1795904177.2371709347,1795904177.2359995842,'pages','["rank:1h:","rank:1h:kinh-te","rank:1h:thoi-su","rank:24h:","rank:24h:kinh-te","rank:24h:thoi-su","rank:30d:","rank:30d:kinh-te","rank:30d:thoi-su","rank:7d:","rank:7d:kinh-te","rank:7d:thoi-su","rank:trending:","rank:trending:kinh-te"]');
CREATE TABLE media_uses (
	name TEXT NOT NULL, 
	article_id INTEGER NOT NULL, 
	PRIMARY KEY (name, article_id)
)
 WITHOUT ROWID

;
INSERT INTO media_uses VALUES('db/56052e5d466827b2dbb3fad6a7333e35',1);
CREATE TABLE address_rules (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	rules TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO address_rules VALUES(1,1,'[{"id":1,"pattern":"/chuyen-muc-cu/*","target":"/kinh-te"}]');
CREATE TABLE address_uses (
	kind TEXT NOT NULL, 
	what TEXT NOT NULL, 
	times BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	PRIMARY KEY (kind, what)
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('changes',22);
CREATE INDEX comments_by_article ON comments (article_id, at);
CREATE INDEX media_uses_by_article ON media_uses (article_id);
CREATE INDEX comments_removed ON comments (at) WHERE NOT public;
CREATE INDEX address_uses_by_last ON address_uses (last_at);
COMMIT;
