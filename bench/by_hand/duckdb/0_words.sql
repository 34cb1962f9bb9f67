-- What all parts share. Variables set by the caller: period_end, last_month, standards, words.

-- Numbers as people read them: 8,200 and 8,200.50; a dash where there is none.
CREATE MACRO say(x) AS CASE
    WHEN x IS NULL THEN '—'
    WHEN x = trunc(x) THEN format('{:,}', x::BIGINT)
    ELSE format('{:,.2f}', round(x, 2)::DOUBLE) END;
CREATE MACRO say_day(d) AS coalesce(strftime(d, '%Y-%m-%d'), '—');
-- True with such a row, open where the feed may have missed one, else false.
CREATE MACRO found(is_there, gap) AS CASE
    WHEN is_there THEN TRUE WHEN gap > 0 THEN NULL ELSE FALSE END;
-- A value out of a feed holds only where the feed is live.
CREATE MACRO known(x, gap) AS CASE WHEN gap = 0 THEN x END;
CREATE MACRO months_ago(d) AS date_sub('month', d, getvariable('period_end'));

CREATE TABLE label AS
SELECT parse_filename(filename, true) AS list, code, zh, en
FROM read_csv(getvariable('standards') || '/codelists/*.csv', filename = true, union_by_name = true,
              all_varchar = true);
CREATE MACRO zh_of(l, c) AS coalesce(map_extract_value(getvariable('zh'), l || ' ' || c), '—');
CREATE MACRO en_of(l, c) AS coalesce(map_extract_value(getvariable('en'), l || ' ' || c), '—');
SET VARIABLE zh = (SELECT map(list(list || ' ' || code ORDER BY list, code),
                              list(zh ORDER BY list, code)) FROM label);
SET VARIABLE en = (SELECT map(list(list || ' ' || code ORDER BY list, code),
                              list(en ORDER BY list, code)) FROM label);

-- The rules that change a hint even when they are open, with their titles.
CREATE TABLE guarded (rule_id VARCHAR, kind VARCHAR, zh VARCHAR, en VARCHAR);
INSERT INTO guarded VALUES
    ('education_dropout', 'GUARANTEE', '义务教育适龄儿童辍学', 'A child of school age has dropped out'),
    ('education_not_on_roll', 'GUARANTEE', '义务教育适龄儿童不在学籍', 'A child of school age is on no school roll'),
    ('medical_uninsured', 'GUARANTEE', '有成员未参加基本医疗保险', 'A member without basic medical insurance'),
    ('housing_unsafe', 'GUARANTEE', '住房安全有问题', 'Unsafe house'),
    ('water_unsafe', 'GUARANTEE', '饮水安全有问题', 'Unsafe drinking water'),
    ('income_below_line', 'INCOME', '收入低于监测线且有返贫致贫风险', 'Income below the line together with a risk'),
    ('income_near_line', 'INCOME', '收入临近监测线且有返贫致贫风险', 'Income near the line together with a risk');
CREATE TABLE open_reason (rank INTEGER, name VARCHAR, zh VARCHAR, en VARCHAR);
INSERT INTO open_reason VALUES
    (1, 'NO_DATA', '：资料不足，缺少判断所需的数据', ': not enough data'),
    (2, 'OUT_OF_COVERAGE', '：资料不足，未列入部门清单，不等于没有', ': not in the department''s list, which does not mean none'),
    (3, 'STALE', '：资料不足，现有数据已过有效期', ': the data at hand are too old'),
    (4, 'SILENT', '：资料不足，当前不在可比对时段', ': the feed says nothing in this season'),
    (5, 'NOT_AUTHORISED', '：未授权未比对', ': not compared, no authorisation');
