PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES('counter_0005');
CREATE TABLE articles (
	id INTEGER NOT NULL, 
	version BIGINT NOT NULL, 
	public BOOLEAN NOT NULL, 
	section_slug VARCHAR(200) NOT NULL, 
	section_name VARCHAR(300) NOT NULL, 
	title TEXT NOT NULL, 
	path TEXT NOT NULL, 
	published_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO articles VALUES(1,1,1,'kinh-te','Kinh tế','Chợ nổi nhóm họp sớm','/kinh-te/cho-noi-nhom-hop-som-1','2026-11-20 01:00:00.000000');
INSERT INTO articles VALUES(2,2,1,'thoi-su','Thời sự','Lũ về sớm năm ngày','/thoi-su/lu-ve-som-nam-ngay-2','2026-11-28 22:06:19.419825');
INSERT INTO articles VALUES(3,2,0,'thoi-su','Thời sự','Bài sẽ gỡ','/thoi-su/bai-se-go-3','2026-11-28 22:06:19.525729');
INSERT INTO articles VALUES(6,1,1,'kinh-te','Kinh tế','Bài có bản chuẩn bị','/kinh-te/bai-co-ban-chuan-bi-6','2026-11-28 22:06:19.596834');
CREATE TABLE article_authors (
	article_id INTEGER NOT NULL, 
	slug VARCHAR(200) NOT NULL, 
	name VARCHAR(300) NOT NULL, 
	PRIMARY KEY (article_id, slug)
);
INSERT INTO article_authors VALUES(1,'lo-van-pao','Lò Văn Páo');
INSERT INTO article_authors VALUES(2,'hoang-thi-nhung','Hoàng Thị Nhung');
CREATE TABLE totals (
	article_id INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	epoch INTEGER NOT NULL, 
	PRIMARY KEY (article_id)
);
INSERT INTO totals VALUES(1,1241,0);
INSERT INTO totals VALUES(2,7,0);
INSERT INTO totals VALUES(6,7,0);
CREATE TABLE openings (
	article_id INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (article_id)
);
INSERT INTO openings VALUES(1,1234,'2026-11-28 22:06:19.608673');
CREATE TABLE corrections (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	delta BIGINT NOT NULL, 
	views_before BIGINT NOT NULL, 
	reason TEXT NOT NULL, 
	"by" VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE slots (
	article_id INTEGER NOT NULL, 
	slot INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	PRIMARY KEY (article_id, slot)
)
 WITHOUT ROWID

;
INSERT INTO slots VALUES(1,5986347,7);
INSERT INTO slots VALUES(2,5986347,7);
INSERT INTO slots VALUES(6,5986347,7);
INSERT INTO slots VALUES(0,5986347,21);
CREATE TABLE hourly (
	article_id INTEGER NOT NULL, 
	hour INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	PRIMARY KEY (article_id, hour)
)
 WITHOUT ROWID

;
INSERT INTO hourly VALUES(1,498862,7);
INSERT INTO hourly VALUES(2,498862,7);
INSERT INTO hourly VALUES(6,498862,7);
INSERT INTO hourly VALUES(0,498862,21);
CREATE TABLE daily (
	article_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	readers INTEGER, 
	PRIMARY KEY (article_id, day)
)
 WITHOUT ROWID

;
INSERT INTO daily VALUES(0,20786,21,NULL);
INSERT INTO daily VALUES(1,20786,7,NULL);
INSERT INTO daily VALUES(2,20786,7,NULL);
INSERT INTO daily VALUES(6,20786,7,NULL);
CREATE TABLE referrers (
	article_id INTEGER NOT NULL, 
	day INTEGER NOT NULL, 
	domain VARCHAR(64) NOT NULL, 
	views BIGINT NOT NULL, 
	PRIMARY KEY (article_id, day, domain)
)
 WITHOUT ROWID

;
CREATE TABLE tallies (
	hour INTEGER NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	number BIGINT NOT NULL, 
	PRIMARY KEY (hour, reason)
)
 WITHOUT ROWID

;
CREATE TABLE drains (
	id VARCHAR(64) NOT NULL, 
	at FLOAT NOT NULL, 
	oldest FLOAT NOT NULL, 
	articles TEXT NOT NULL, 
	announced BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO drains VALUES('opening-99334c794aff4e679657d325068cd5e3',1795903579.6092395783,1795903579.6086730956,'[]',1);
INSERT INTO drains VALUES('c5fa4ce630b04149-0',1795904171.1040511131,1795904170.0,'[]',1);
INSERT INTO drains VALUES('c5fa4ce630b04149-1',1795904171.819682598,1795904171.0,'[]',1);
INSERT INTO drains VALUES('c5fa4ce630b04149-21',1795904181.287703514,1795904181.2874162197,'[]',1);
CREATE TABLE rules (
	article_id INTEGER NOT NULL, 
	rule VARCHAR(8) NOT NULL, 
	position INTEGER NOT NULL, 
	"by" VARCHAR(200) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (article_id)
);
INSERT INTO rules VALUES(1,'pin',2,'user:chief@bao.example','2026-11-28 22:06:20.037362');
CREATE TABLE producers (
	producer VARCHAR(32) NOT NULL, 
	batches BLOB NOT NULL, 
	at FLOAT NOT NULL, 
	PRIMARY KEY (producer)
);
INSERT INTO producers VALUES('c5fa4ce630b04149',X'fffffc',1795904181.2882854938);
CREATE TABLE spans (
	span INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	views BIGINT NOT NULL, 
	PRIMARY KEY (span, article_id)
)
 WITHOUT ROWID

;
INSERT INTO spans VALUES(649,1,7);
INSERT INTO spans VALUES(649,2,7);
INSERT INTO spans VALUES(649,6,7);
CREATE TABLE searches (
	day INTEGER NOT NULL, 
	"query" TEXT NOT NULL, 
	spelling TEXT NOT NULL, 
	readers BIGINT NOT NULL, 
	unfound BIGINT NOT NULL, 
	clicked BIGINT NOT NULL, 
	PRIMARY KEY (day, "query")
)
 WITHOUT ROWID

;
CREATE INDEX article_authors_by_slug ON article_authors (slug);
CREATE INDEX ix_corrections_article_id ON corrections (article_id);
CREATE INDEX slots_most_viewed ON slots (slot, views, article_id);
CREATE INDEX hourly_most_viewed ON hourly (hour, views, article_id);
CREATE INDEX daily_most_viewed ON daily (day, views, article_id);
CREATE INDEX referrers_by_day ON referrers (day, domain);
CREATE INDEX drains_to_announce ON drains (announced, at);
COMMIT;
