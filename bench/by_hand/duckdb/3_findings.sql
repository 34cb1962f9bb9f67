-- Sentences of what is true, what is open where that matters, and one hint per household.

CREATE OR REPLACE TEMP TABLE said AS
SELECT household_id, person_id, 'education_dropout' AS rule_id,
       format('有 {} 岁成员被教育部门登记为辍学（{}）', say(age), say_day(dropped_out_on)) AS zh,
       format('A member aged {} is registered by the education department as dropped out since {}', say(age), say_day(dropped_out_on)) AS en
FROM member_rules WHERE education_dropout
UNION ALL SELECT household_id, person_id, 'education_not_on_roll',
       format('有 {} 岁成员不在本县学籍名单，请核实就学情况', say(age)),
       format('A member aged {} is on no school roll of the county; check where the child goes to school', say(age))
FROM member_rules WHERE education_not_on_roll
UNION ALL SELECT household_id, person_id, 'medical_uninsured',
       '有成员未参加城乡居民基本医保，也未参加职工基本医保',
       'A member has neither resident nor employee medical insurance'
FROM member_rules WHERE medical_uninsured
UNION ALL SELECT household_id, person_id, rule_id,
       format('有成员本年住院累计自付 {} 元，达到 {} 元', say(inpatient), say(floor)),
       format('A member has paid {} yuan for inpatient care this year, {} or more', say(inpatient), say(floor))
FROM (SELECT household_id, person_id, inpatient, 'medical_lifted' AS rule_id, 5000 AS floor FROM member_rules WHERE medical_lifted
      UNION ALL SELECT household_id, person_id, inpatient, 'medical_ordinary', 20000 FROM member_rules WHERE medical_ordinary
      UNION ALL SELECT household_id, person_id, inpatient, 'medical_sudden', 50000 FROM member_rules WHERE medical_sudden)
UNION ALL SELECT household_id, person_id, 'medical_outpatient',
       format('有成员当月门诊自付 {} 元，超过 500 元', say(outpatient)),
       format('A member paid {} yuan for outpatient care in the month, more than 500', say(outpatient))
FROM member_rules WHERE medical_outpatient
UNION ALL SELECT household_id, person_id, 'medical_not_enrolled',
       '医保部门的参保名单上没有这名成员的有效参保记录，请问清是没有参保、中途停保，还是在外地参保',
       'The medical insurance office has no insurance in force for this member; ask whether it was never taken, has lapsed, or is held elsewhere'
FROM member_rules WHERE medical_not_enrolled
UNION ALL SELECT household_id, person_id, 'member_deceased',
       format('劳动年龄成员（{}）已于 {} 去世，请核实家庭情况', zh_of('labour_class', labour_class), say_day(died_on)),
       format('A member of working age ({}) died on {}; check how the family is doing', en_of('labour_class', labour_class), say_day(died_on))
FROM member_rules WHERE member_deceased
UNION ALL SELECT household_id, person_id, 'deceased_still_member',
       format('公安部门登记该成员已于 {} 去世，过了 3 个月仍在家庭成员名单上，请核实后办理人口减少', say_day(died_on)),
       format('The police registered this member''s death on {}; 3 months later the household still lists the person, check and record the change', say_day(died_on))
FROM member_rules WHERE deceased_still_member
UNION ALL SELECT household_id, person_id, 'dibao_stopped',
       format('有成员的低保已于 {} 停发，也没有转为特困供养，请看看停发后生活有没有着落', say_day(dibao_ended_on)),
       format('A member''s subsistence allowance stopped on {} and no support as a person in extreme hardship followed; check how they live now', say_day(dibao_ended_on))
FROM member_rules WHERE dibao_stopped
UNION ALL SELECT household_id, person_id, 'tekun_stopped',
       format('有成员的特困供养已于 {} 停止，也没有转为低保，请看看停止后生活有没有着落', say_day(tekun_ended_on)),
       format('A member''s support in extreme hardship stopped on {} and no subsistence allowance followed; check how they live now', say_day(tekun_ended_on))
FROM member_rules WHERE tekun_stopped
UNION ALL SELECT household_id, person_id, 'disability_new',
       format('有成员于 {} 新办残疾人证（{}，{}），请看看照料、看病和劳动有没有困难', say_day(issued_on), zh_of('disability_kind', disability), zh_of('disability_grade', lightest)),
       format('A member received a disability certificate on {} ({}, {}); check care, treatment and work', say_day(issued_on), en_of('disability_kind', disability), en_of('disability_grade', lightest))
FROM member_rules WHERE disability_new
UNION ALL SELECT household_id, person_id, 'disability_heavy_new',
       format('有 {} 岁成员于 {} 新办残疾人证，等级为{}，家里可能少了主要劳动力，请尽快上门', say(age), say_day(issued_on), zh_of('disability_grade', heaviest)),
       format('A member aged {} was certified on {} with a disability of {}; the family may have lost its main worker, visit soon', say(age), say_day(issued_on), en_of('disability_grade', heaviest))
FROM member_rules WHERE disability_heavy_new
UNION ALL SELECT household_id, person_id, 'serious_disease_new',
       format('有成员于 {} 确诊大病专项救治病种，请问问看病花费和报销情况', say_day(diagnosed_on)),
       format('A member was diagnosed with a disease of the special treatment list on {}; ask about costs and reimbursement', say_day(diagnosed_on))
FROM member_rules WHERE serious_disease_new
UNION ALL SELECT household_id, person_id, 'worker_unemployed',
       format('有 {} 岁成员从 {} 起登记失业，请问问现在靠什么收入、要不要介绍工作', say(age), say_day(unemployed_on)),
       format('A member aged {} has been registered unemployed since {}; ask what they live on and whether they want work', say(age), say_day(unemployed_on))
FROM member_rules WHERE worker_unemployed
UNION ALL SELECT household_id, person_id, 'public_post_ended',
       format('有成员的公益性岗位已于 {} 到期（每月 {} 元），请问问少了这份收入后家里怎么安排', say_day(post_ended_on), say(post_pay)),
       format('A member''s public-welfare post ended on {} ({} yuan a month); ask how the family manages without it', say_day(post_ended_on), say(post_pay))
FROM member_rules WHERE public_post_ended
UNION ALL SELECT household_id, person_id, 'school_cost_high',
       format('有成员读公办高中或中职，一学年学费、住宿费、书本费扣除资助后还要出 {} 元，超过 10,000 元', say(school_cost)),
       format('A member at a public senior or vocational school pays {} yuan a school year after aid, more than 10,000', say(school_cost))
FROM member_rules WHERE school_cost_high
UNION ALL SELECT household_id, person_id, 'wage_fall',
       format('有成员近三个月平均每月只领到工资 {} 元，此前九个月平均每月 {} 元，请问问是不是没活干了', say(round(wage_lately, 2)), say(round(wage_before, 2))),
       format('A member was paid {} yuan a month in the last three months, {} a month in the nine before; ask whether work has stopped', say(round(wage_lately, 2)), say(round(wage_before, 2)))
FROM member_rules WHERE wage_fall
UNION ALL SELECT household_id, person_id, 'public_payroll',
       format('有成员近一年有财政供养单位发放的工资（最近一笔 {}），待核实是正式人员还是临时工', coalesce(last_public_month, '—')),
       format('A member was paid by a public payer within a year (last in {}); check whether on staff or temporary', coalesce(last_public_month, '—'))
FROM member_rules WHERE public_payroll
UNION ALL SELECT household_id, person_id, 'vehicle_owned',
       format('有成员名下机动车购置价格 {} 元，高于 30,000 元，待核实', say(car_price)),
       format('A member owns a vehicle bought for {} yuan, more than 30,000; to be checked', say(car_price))
FROM member_rules WHERE vehicle_owned
UNION ALL SELECT household_id, person_id, 'machinery_owned',
       format('有成员名下农机购置价格 {} 元，高于 50,000 元，待核实', say(machine_price)),
       format('A member owns farm machinery bought for {} yuan, more than 50,000; to be checked', say(machine_price))
FROM member_rules WHERE machinery_owned
UNION ALL SELECT household_id, person_id, 'real_estate_owned',
       format('有成员名下登记有{}（{} 平方米），待核实来历和用途', zh_of('real_estate_kind', estate_kind), say(estate_area)),
       format('A member is registered as owner of {} ({} m²); to be checked', en_of('real_estate_kind', estate_kind), say(estate_area))
FROM member_rules WHERE real_estate_owned
UNION ALL SELECT household_id, person_id, 'company_owned',
       format('有成员是在营公司的 {}（注册资本 {} 元），待核实是否实际经营或被冒名', zh_of('entity_role', company_role), say(company_capital)),
       format('A member is {} of an active company (capital {} yuan); to be checked, also whether the name was misused', en_of('entity_role', company_role), say(company_capital))
FROM member_rules WHERE company_owned
UNION ALL SELECT household_id, person_id, 'deposit_above',
       format('经本人授权，银行 {} 答复：存款超过 {} 元（只答是或否，不提供余额），待核实', say_day(checked_on), say(asked_amount)),
       format('With the member''s authorisation a bank answered on {} that deposits exceed {} yuan (yes or no only); to be checked', say_day(checked_on), say(asked_amount))
FROM member_rules WHERE deposit_above;

CREATE OR REPLACE TEMP TABLE household_said AS
SELECT household_id, 'housing_unsafe' AS rule_id,
       format('居住的住房经鉴定为 {}（{}）', zh_of('housing_grade', known(worst_grade, housing_gap)), say_day(known(house_assessed_on, housing_gap))) AS zh,
       format('The house they live in was assessed {} on {}', en_of('housing_grade', known(worst_grade, housing_gap)), say_day(known(house_assessed_on, housing_gap))) AS en
FROM household_rules WHERE housing_unsafe
UNION ALL SELECT household_id, 'water_unsafe', '登记信息显示饮水安全未解决', 'The register says that drinking water is not safe'
FROM household_rules WHERE water_unsafe
UNION ALL SELECT household_id, 'water_supply_unsafe',
       format('水利部门 {} 评定这户饮水不安全，请看看水够不够吃、干不干净、停不停水', say_day(known(water_assessed_on, water_gap))),
       format('The water office assessed this household''s drinking water as unsafe on {}; look at quantity, quality and outages', say_day(known(water_assessed_on, water_gap)))
FROM household_rules WHERE water_supply_unsafe
UNION ALL SELECT household_id, 'income_below_line',
       format('人均筛查收入 {} 元，低于监测线 {} 元，差 {} 元；登记风险：{}；全家工资按 {} 元计（登记 {} 元）', say(per_head), say(line), say(line - per_head), array_to_string(list_transform(risk_kinds, x -> zh_of('risk_kind', x)), '、'), say(coalesce(wages_in_feed, wage_income)), say(wage_income)),
       format('Screening income of {} yuan per head is {} yuan below the line of {}; registered risks {}; wages taken as {} yuan (registered {})', say(per_head), say(line - per_head), say(line), array_to_string(list_transform(risk_kinds, x -> en_of('risk_kind', x)), ', '), say(coalesce(wages_in_feed, wage_income)), say(wage_income))
FROM household_rules WHERE income_below_line
UNION ALL SELECT household_id, 'income_near_line',
       format('人均筛查收入 {} 元，在监测线 {} 元与 {} 元之间；登记风险：{}；全家工资按 {} 元计（登记 {} 元）', say(per_head), say(line), say(round(line * 1.3, 2)), array_to_string(list_transform(risk_kinds, x -> zh_of('risk_kind', x)), '、'), say(coalesce(wages_in_feed, wage_income)), say(wage_income)),
       format('Screening income of {} yuan per head lies between the line of {} and {}; registered risks {}; wages taken as {} yuan (registered {})', say(per_head), say(line), say(round(line * 1.3, 2)), array_to_string(list_transform(risk_kinds, x -> en_of('risk_kind', x)), ', '), say(coalesce(wages_in_feed, wage_income)), say(wage_income))
FROM household_rules WHERE income_near_line
UNION ALL SELECT household_id, 'power_disconnected',
       format('供电部门反映这户已停止供电（上月用电 {} 度），请看看家里有没有人、是不是有困难交不起电费', say(known(kwh_before, power_gap))),
       format('The power company has cut this household off ({} kWh the month before); see whether anybody lives there and can pay', say(known(kwh_before, power_gap)))
FROM household_rules WHERE power_disconnected
UNION ALL SELECT household_id, 'disaster_casualty',
       format('这户在 {} 的灾害中有 {} 人伤亡，请马上上门', say_day(known(casualty_on, disaster_gap)), say(known(casualties, disaster_gap))),
       format('In the disaster of {} {} of this household were injured or killed; visit at once', say_day(known(casualty_on, disaster_gap)), say(known(casualties, disaster_gap)))
FROM household_rules WHERE disaster_casualty
UNION ALL SELECT household_id, 'disaster_house',
       format('这户的房屋在 {} 的灾害中严重损坏或倒塌，请马上看看住在哪里、有没有安置', say_day(known(house_hit_on, disaster_gap))),
       format('This household''s house was badly damaged or collapsed in the disaster of {}; see at once where they live', say_day(known(house_hit_on, disaster_gap)))
FROM household_rules WHERE disaster_house
UNION ALL SELECT household_id, 'disaster_loss',
       format('这户在 {} 的灾害中损失 {} 元，达到 5,000 元，请看看生产生活恢复得怎么样', say_day(known(loss_on, disaster_gap)), say(known(disaster_loss, disaster_gap))),
       format('This household lost {} yuan in the disaster of {}, 5,000 or more; see how it recovers', say(known(disaster_loss, disaster_gap)), say_day(known(loss_on, disaster_gap)))
FROM household_rules WHERE disaster_loss_large
UNION ALL SELECT household_id, 'industry_failed',
       format('农业农村部门 {} 报告这户的产业出了问题（{}），请看看损失多大、还能不能接着做', say_day(known(industry_on, industry_gap)), zh_of('industry_event', known(industry_event, industry_gap))),
       format('Agriculture reported trouble with this household''s business on {} ({}); see how large the loss is', say_day(known(industry_on, industry_gap)), en_of('industry_event', known(industry_event, industry_gap)))
FROM household_rules WHERE industry_failed
UNION ALL SELECT household_id, 'temporary_relief_repeated',
       format('这户近12个月已得到 {} 次临时救助，最近一次在 {}，困难可能没有真正解决', say(reliefs), say_day(relief_on)),
       format('This household received temporary relief {} times in 12 months, the last time on {}; its difficulty may not be solved', say(reliefs), say_day(relief_on))
FROM household_rules WHERE temporary_relief_repeated
UNION ALL SELECT household_id, 'near_dibao_listed',
       format('民政部门已于 {} 认定这户为低保边缘家庭，还没有纳入监测，请上门看看要不要纳入', say_day(known(near_on, near_gap))),
       format('Civil affairs recognised a near-subsistence household on {}, but it is not monitored; visit and see whether it should be', say_day(known(near_on, near_gap)))
FROM household_rules WHERE near_dibao_listed
UNION ALL SELECT household_id, 'rigid_expense_listed',
       format('民政部门已于 {} 认定这户为刚性支出困难家庭，还没有纳入监测，请上门看看要不要纳入', say_day(known(rigid_on, rigid_gap))),
       format('Civil affairs recognised hardship from rigid expenses on {}, but the household is not monitored; visit and see whether it should be', say_day(known(rigid_on, rigid_gap)))
FROM household_rules WHERE rigid_expense_listed
UNION ALL SELECT household_id, 'wages_above_register',
       format('近12个月全家发放工资合计 {} 元，登记的工资性收入只有 {} 元，请核对登记的收入', say(wages_paid), say(wage_income)),
       format('Wages paid to the family over 12 months come to {} yuan, the register says {}; check the registered income', say(wages_paid), say(wage_income))
FROM household_rules WHERE wages_above_register;

-- At most three different sentences a household and rule, in the order of the members.
CREATE OR REPLACE TEMP TABLE fired AS
WITH sentences AS (
    SELECT household_id, rule_id, zh, en, min(person_id) AS first_person, list(person_id) AS people
    FROM said GROUP BY household_id, rule_id, zh, en
)
SELECT household_id, rule_id, list_sort(flatten(list(people))) AS person_ids,
       array_to_string(list_slice(list(zh ORDER BY first_person), 1, 3), '；') AS reason_zh,
       array_to_string(list_slice(list(en ORDER BY first_person), 1, 3), '; ') AS reason_en
FROM sentences GROUP BY household_id, rule_id
UNION ALL SELECT household_id, rule_id, NULL, zh, en FROM household_said;

CREATE OR REPLACE TEMP TABLE open_rules AS
SELECT household_id, rule_id, max(why) AS why FROM (
    SELECT household_id, 'education_dropout' AS rule_id, dropout_why AS why FROM member_rules WHERE education_dropout IS NULL
    UNION ALL SELECT household_id, 'education_not_on_roll', roll_why FROM member_rules WHERE education_not_on_roll IS NULL
    UNION ALL SELECT household_id, 'medical_uninsured', 1 FROM member_rules WHERE medical_uninsured IS NULL
    UNION ALL SELECT household_id, 'housing_unsafe', greatest(housing_gap, 1) FROM household_rules WHERE housing_unsafe IS NULL
    UNION ALL SELECT household_id, 'water_unsafe', 1 FROM household_rules WHERE water_unsafe IS NULL
    UNION ALL SELECT household_id, 'income_below_line', CASE WHEN income_is_stale THEN 3 ELSE 1 END FROM household_rules WHERE income_below_line IS NULL
    UNION ALL SELECT household_id, 'income_near_line', CASE WHEN income_is_stale THEN 3 ELSE 1 END FROM household_rules WHERE income_near_line IS NULL
) GROUP BY household_id, rule_id;

CREATE OR REPLACE TEMP TABLE findings AS
SELECT f.household_id, f.rule_id,
       CASE WHEN f.rule_id IN ('education_dropout', 'housing_unsafe', 'income_below_line', 'medical_sudden', 'disaster_casualty',
                               'disaster_house', 'disability_heavy_new', 'water_supply_unsafe') THEN 'urgent'
            WHEN f.rule_id IN ('vehicle_owned', 'machinery_owned', 'real_estate_owned', 'company_owned', 'deposit_above',
                               'public_payroll', 'deceased_still_member', 'wages_above_register') THEN 'none'
            ELSE 'attention' END AS hint,
       'TRUE' AS outcome, NULL AS unknown_reason, f.person_ids, f.reason_zh, f.reason_en
FROM fired f
UNION ALL
SELECT o.household_id, o.rule_id, 'none', 'UNKNOWN', r.name, NULL, g.zh || r.zh, g.en || r.en
FROM open_rules o JOIN guarded g USING (rule_id) JOIN open_reason r ON r.rank = o.why
WHERE NOT EXISTS (FROM fired f WHERE f.household_id = o.household_id AND f.rule_id = o.rule_id);

CREATE OR REPLACE TEMP TABLE hints AS
WITH weighed AS (
    SELECT *, CASE WHEN hint = 'urgent' THEN 1 WHEN hint = 'attention' THEN 2
                   WHEN outcome = 'UNKNOWN' THEN 3 END AS weight FROM findings
), heaviest AS (
    SELECT household_id, min(weight) AS weight FROM weighed GROUP BY household_id
), told AS (
    SELECT household_id, weight, list(rule_id ORDER BY rule_id) AS rule_ids,
           arg_min(reason_zh, (length(reason_zh), rule_id)) AS reason_zh,
           arg_min(reason_en, (length(reason_zh), rule_id)) AS reason_en
    FROM weighed JOIN heaviest USING (household_id, weight) GROUP BY household_id, weight
)
SELECT h.household_id, h.household_no, h.region_code,
       CASE t.weight WHEN 1 THEN 'urgent' WHEN 2 THEN 'attention' WHEN 3 THEN 'unknown' ELSE 'none' END AS hint,
       t.reason_zh, t.reason_en, coalesce(t.rule_ids, []) AS rule_ids
FROM household h LEFT JOIN told t USING (household_id);
