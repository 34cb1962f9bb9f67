-- What all parts share. The caller puts dates in for :period_end, :last_month, :quarter_ago, :year_ago.

CREATE FUNCTION say(x numeric) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN x IS NULL THEN '—'
                WHEN x = trunc(x) THEN to_char(x, 'FM999,999,999,990')
                ELSE to_char(round(x, 2), 'FM999,999,999,990.00') END $$;
CREATE FUNCTION say_day(d date) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT coalesce(to_char(d, 'YYYY-MM-DD'), '—') $$;
-- True with such a row, open where the feed may have missed one, else false.
CREATE FUNCTION found(is_there boolean, gap integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN is_there THEN TRUE WHEN gap > 0 THEN NULL ELSE FALSE END $$;
-- A value out of a feed holds only where the feed is live.
CREATE FUNCTION known(x anyelement, gap integer) RETURNS anyelement IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN gap = 0 THEN x END $$;
CREATE FUNCTION months_ago(d date) RETURNS integer IMMUTABLE LANGUAGE sql AS $$
    SELECT ((extract(year FROM :period_end) - extract(year FROM d)) * 12
            + extract(month FROM :period_end) - extract(month FROM d)
            - (extract(day FROM d) > extract(day FROM :period_end))::integer)::integer $$;
CREATE FUNCTION zh_of(l text, c text) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT coalesce((SELECT zh FROM label WHERE list = l AND code = c), '—') $$;
CREATE FUNCTION en_of(l text, c text) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT coalesce((SELECT en FROM label WHERE list = l AND code = c), '—') $$;

-- The rules that change a hint even when they are open, with their titles.
CREATE UNLOGGED TABLE guarded (rule_id text, kind text, zh text, en text);
INSERT INTO guarded VALUES
    ('education_dropout', 'GUARANTEE', '义务教育适龄儿童辍学', 'A child of school age has dropped out'),
    ('education_not_on_roll', 'GUARANTEE', '义务教育适龄儿童不在学籍', 'A child of school age is on no school roll'),
    ('medical_uninsured', 'GUARANTEE', '有成员未参加基本医疗保险', 'A member without basic medical insurance'),
    ('housing_unsafe', 'GUARANTEE', '住房安全有问题', 'Unsafe house'),
    ('water_unsafe', 'GUARANTEE', '饮水安全有问题', 'Unsafe drinking water'),
    ('income_below_line', 'INCOME', '收入低于监测线且有返贫致贫风险', 'Income below the line together with a risk'),
    ('income_near_line', 'INCOME', '收入临近监测线且有返贫致贫风险', 'Income near the line together with a risk');
CREATE UNLOGGED TABLE open_reason (rank integer, name text, zh text, en text);
INSERT INTO open_reason VALUES
    (1, 'NO_DATA', '：资料不足，缺少判断所需的数据', ': not enough data'),
    (2, 'OUT_OF_COVERAGE', '：资料不足，未列入部门清单，不等于没有', ': not in the department''s list, which does not mean none'),
    (3, 'STALE', '：资料不足，现有数据已过有效期', ': the data at hand are too old'),
    (4, 'SILENT', '：资料不足，当前不在可比对时段', ': the feed says nothing in this season'),
    (5, 'NOT_AUTHORISED', '：未授权未比对', ': not compared, no authorisation');
