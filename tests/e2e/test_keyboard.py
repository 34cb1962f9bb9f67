"""From a list to what it opens and back without a mouse: the keyboard is where one looks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import open_screen
from tests.evidence_samples import jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SignIn = Callable[..., Page]
# Milliseconds that a busy machine may take for a write and what is read anew after it.
A_WRITE = 60_000
WRITE = """([path, body]) => fetch('/api/v1/proceedings' + path, {
  method: 'POST',
  headers: {
    'Content-Type': 'application/json',
    'X-CSRFToken': document.cookie.match(/csrftoken=([^;]+)/)[1],
  },
  body: JSON.stringify(body),
}).then(answer => answer.ok)"""


CLOSE_AND_WALK = """way => {
  const key = key => document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  const open = document.querySelector('dialog[open]');
  const button = open.querySelector('.message-drawer__close') ?? open.querySelector('button');
  if (way === 'Escape') key('Escape');
  else button.click();
  key('j');
}"""


def report(page: Page, household_no: str) -> None:
    """Report a clue about a household, as the form does."""
    facts = {"source": "CADRE", "clue_on": "2026-10-30", "matter": "住院"}
    clue = {"procedure": "clue", "household_no": household_no, "risk": "ILLNESS", "words": "住院"}
    assert page.evaluate(WRITE, ["", {**clue, "reporter": "", "facts": facts}])


def void(page: Page, household_no: str) -> None:
    """Take a clue off the desks again, where the other tests find it late."""
    answer = page.request.get(f"/api/v1/proceedings?procedure=clue&open=true&q={household_no}")
    (clue,) = answer.json()["items"]
    step = {"step": "VOID", "facts": {"void_reason": "试办"}, "note": ""}
    body = {**step, "revision": clue["revision"]}
    assert page.evaluate(WRITE, [f"/{clue['id']}/steps", body])


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def quiet_households(page: Page, number: int) -> list[str]:
    """Return numbers of households that the account sees and that have no hint."""
    items = page.request.get(f"/api/v1/households?hint=none&limit={number}").json()["items"]
    return [item["household_no"] for item in items]


def test_enter_goes_into_what_it_opens_and_escape_back_to_its_row(sign_in: SignIn) -> None:
    page = sign_in()
    open_screen(page, "/households")
    expect(page.locator("tbody tr").nth(1)).to_be_visible()
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    pane = page.locator(".worklist__detail")
    expect(pane).to_be_focused()
    second = page.url

    page.keyboard.press("j")
    expect(page).not_to_have_url(second)
    expect(pane).to_be_focused()

    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/households(\?[^/]*)?$"))
    row = page.locator("tr.is-active a").first
    expect(row).to_be_focused()

    # Walking on from the row, Enter opens the one that is marked.
    page.keyboard.press("k")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(second)


def test_a_screen_that_the_post_may_not_open_says_so_and_nothing_else(sign_in: SignIn) -> None:
    page = sign_in("yunxi_cadre")
    open_screen(page, "/batches")
    expect(page.locator("main h1")).to_have_text("县级审定")
    expect(page.locator("main")).to_contain_text("当前岗位不能看这里")
    expect(page.locator("main")).not_to_contain_text("没有等待审定的")


def test_a_form_names_what_it_lacks_and_asks_before_words_go(sign_in: SignIn) -> None:
    page = sign_in("shiqiao_county")
    open_screen(page, "/clues/new")
    page.get_by_label("户编号").focus()
    press(page, "Enter")
    risk = page.get_by_role("combobox", name="什么风险")
    expect(risk).to_be_focused()
    expect(risk).to_have_accessible_description("还没有选择。")
    press(page, "Enter", "ArrowDown", "Enter", "Control+Enter")
    matter = page.get_by_label("反映的事项")
    expect(matter).to_be_focused()
    expect(matter).to_have_accessible_description("还没有填写。")

    # While one types, a letter is a letter; the words do not go unasked.
    page.keyboard.type("j?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    elsewhere = page.get_by_role("link", name="我的工作台")
    elsewhere.focus()
    press(page, "Enter")
    stay = page.get_by_role("button", name="继续填写")
    expect(stay).to_be_focused()
    press(page, "Tab", "Tab")
    expect(stay).to_be_focused()
    press(page, "Escape")
    expect(elsewhere).to_be_focused()
    expect(page).to_have_url(re.compile(r"/clues/new"))

    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    matter.focus()
    press(page, "Control+Enter", "Control+Enter")
    expect(page).to_have_url(re.compile(r"/clues/(?!new)[\w-]+"), timeout=A_WRITE)
    expect(page.locator(".worklist__detail")).to_be_focused()
    assert len([url for url in sent if url.endswith("/proceedings")]) == 1


def test_a_dialog_and_the_bar_for_many_have_the_keyboard_and_give_it_back(
    sign_in: SignIn,
) -> None:
    page = sign_in("yunxi_town")
    numbers = quiet_households(page, 2)
    for number in numbers:
        report(page, number)
    open_screen(page, f"/households/{numbers[0]}")
    opener = page.locator(".reveal-button").first
    opener.focus()
    press(page, "Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_be_focused()
    press(page, "Shift+Tab")
    expect(dialog.get_by_role("button").last).to_be_focused()
    press(page, "j", "Escape")
    expect(opener).to_be_focused()
    expect(page).to_have_url(re.compile(f"/households/{numbers[0]}$"))

    open_screen(page, "/clues?view=received")
    # Keys are for the list that is there.
    expect(page.locator("tbody tr").nth(1)).to_be_visible()
    press(page, "?")
    expect(dialog).to_contain_text("到批量办理栏")
    press(page, "Escape")
    press(page, "j", "Space", "j", "Space", "b")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    dispatch = page.locator("[data-acts]").get_by_role("button", name="派发", exact=True)
    expect(dispatch).to_be_focused()
    press(page, "Enter", "Escape")
    expect(dispatch).to_be_focused()
    press(page, "Escape")
    expect(page.locator("tr.is-active a").first).to_be_focused()
    press(page, "b", "Enter", "Enter")
    undo = page.get_by_role("button", name="撤销")
    expect(undo).to_be_focused(timeout=A_WRITE)
    press(page, "Enter")
    expect(undo).to_have_count(0, timeout=A_WRITE)
    expect(page.get_by_role("status").filter(has_text="2 条")).to_be_visible()
    press(page, "Enter")
    expect(page.locator("tr.is-active a").first).to_be_focused()
    for number in numbers:
        void(page, number)


@pytest.mark.parametrize("closed_by", ["Escape", "button"])
def test_the_key_after_the_one_that_closes_a_dialog_is_for_the_list(
    sign_in: SignIn, closed_by: str
) -> None:
    page = sign_in("shiqiao_county")
    open_screen(page, "/households")
    expect(page.locator("tbody tr").nth(1)).to_be_visible()
    active = page.locator("tr.is-active")
    expect(active).to_have_count(0)
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    # Both in one turn of the page: no time is left in which it might be drawn anew.
    page.evaluate(CLOSE_AND_WALK, closed_by)
    expect(active).to_have_count(1)
    expect(active.locator("a").first).to_be_focused()

    page.get_by_role("button", name=re.compile("^消息")).click()
    expect(page.locator(".message-drawer")).to_be_visible()
    page.evaluate(CLOSE_AND_WALK, closed_by)
    expect(page.locator(".message-drawer")).to_be_hidden()
    expect(page.locator("tbody tr").nth(1)).to_have_class(re.compile("is-active"))


def test_a_document_number_is_one_line_that_enter_sends(sign_in: SignIn) -> None:
    page = sign_in("shiqiao_county")
    open_screen(page, "/year-window")
    opener = page.get_by_role("button", name=re.compile("^设立.*年度窗口$"))
    opener.focus()
    press(page, "Enter")
    number = page.get_by_label("部署文件文号")
    expect(number).to_be_focused()
    # The line break is no part of a number: it sends what is not filled in yet.
    press(page, "Enter")
    expect(number).to_have_accessible_description(re.compile("还没有填写。"))
    expect(number).to_have_value("")
    press(page, "Escape")
    expect(opener).to_be_focused()


def photographed(town: Page, cadre: Page) -> tuple[str, str]:
    """Let the cadre check a house and add a photo; return the household's number and the clue."""
    items = cadre.request.get("/api/v1/households?hint=none&limit=1").json()["items"]
    number = items[0]["household_no"]
    facts = {"clue_on": "2026-10-30", "source": "CADRE", "matter": "墙裂"}
    clue = {"procedure": "clue", "household_no": number, "risk": "HOUSING", "words": "墙裂"}
    assert town.evaluate(WRITE, ["", {**clue, "reporter": "", "facts": facts}])
    found = town.request.get(f"/api/v1/proceedings?procedure=clue&open=true&q={number}")
    (one,) = found.json()["items"]
    people = town.request.get(f"/api/v1/proceedings/{one['id']}/people").json()
    (handler,) = [each["id"] for each in people if each["role"] == "PAIRED_CADRE"]
    step = {"step": "DISPATCH", "facts": {"handlers": [handler]}, "note": ""}
    assert town.evaluate(WRITE, [f"/{one['id']}/steps", step])
    (token,) = (each["value"] for each in cadre.context.cookies() if each["name"] == "csrftoken")
    added = cadre.request.post(
        f"/api/v1/proceedings/{one['id']}/photos",
        multipart={"file": {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}},
        headers={"X-CSRFToken": token, "Referer": cadre.url},
    )
    assert added.status == 201, added.text()
    return number, one["id"]


def test_whoever_says_why_a_photo_is_opened_begins_at_the_purposes(sign_in: SignIn) -> None:
    town, page = sign_in("yunxi_town"), sign_in("yunxi_cadre", width=390, height=844)
    number, clue = photographed(town, page)
    page.goto(f"/clues/{clue}")
    photo = page.get_by_role("button", name="核查照片")
    photo.focus()
    press(page, "Enter")
    expect(page.get_by_role("radio", name="入户核实")).to_be_focused()
    press(page, "Escape")
    expect(photo).to_be_focused()
    press(page, "Enter", "Space")
    with page.expect_download() as caught:
        page.get_by_role("button", name="下载").click()
    assert caught.value.path().read_bytes().startswith(b"\xff\xd8\xff")
    void(town, number)


def test_a_row_that_goes_gives_the_keyboard_to_the_way_to_undo_it(sign_in: SignIn) -> None:
    page = sign_in("yunxi_town")
    open_screen(page, "/pairings")
    hand = page.get_by_role("button", name=re.compile("^交接："))
    hand.first.focus()
    press(page, "Enter")
    expect(page.get_by_role("combobox", name="接手的干部")).to_be_focused()
    for name in ("接手的干部", "单位类型"):
        page.get_by_role("combobox", name=name).focus()
        press(page, "Enter")
        expect(page.locator(".el-select-dropdown__item:visible").first).to_be_visible()
        press(page, "ArrowDown", "Enter")
        expect(page.locator(".el-select-dropdown__item:visible")).to_have_count(0)
    page.get_by_label("交接原因").focus()
    page.keyboard.type("调离")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    press(page, "Enter", "Enter")
    # The cadre has nobody left: the row is gone, and the same word in another row is another's.
    undo = page.get_by_role("button", name="撤销")
    expect(undo).to_be_focused(timeout=A_WRITE)
    assert len(sent) == 1
    press(page, "Enter")
    expect(undo).to_have_count(0, timeout=A_WRITE)
