"""`bangfu papers`: officials' papers as .docx, from a file of plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bangfu.cli.output import describe_error, emit, fail, language
from bangfu.standards import errors

if TYPE_CHECKING:
    from bangfu.foundation.papers import CaseContext, Lack, PaperBook, PaperState

Command = TypeVar("Command", bound=Callable[..., Any])
_WORDS = {
    "zh": {
        "made": "{title}：{out}（{size} 字节）",
        "lacks": "留空待填：{names}",
        "state": "{state}  {paper}  {title}{lacks}",
        "HELD": "已归档",
        "READY": "可打印",
        "INCOMPLETE": "内容不全",
        "read": "清单 {list_no}：已填 {rows} 户，未核查 {still_open} 户，有误 {problems} 处",
        "checked": "文书 {papers} 种，案卷 {files} 种，无问题",
    },
    "en": {
        "made": "{title}: {out} ({size} bytes)",
        "lacks": "Left blank: {names}",
        "state": "{state}  {paper}  {title}{lacks}",
        "HELD": "on file",
        "READY": "ready",
        "INCOMPLETE": "incomplete",
        "read": "List {list_no}: {rows} filled in, {still_open} open, {problems} mistakes",
        "checked": "{papers} papers, {files} kinds of files, nothing wrong",
    },
}
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_OUT = click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where to."
)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_CONTEXT = click.option(
    "--context", "context_file", type=_FILE, help="Values as JSON; without it every value is blank."
)
_ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day whose version is taken.")
_OWN = click.option(
    "--own",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of a province's or county's own papers, laid over the national ones.",
)


def _shared(command: Command) -> Command:
    """The options that every command about papers of a case has."""
    for option in (_JSON, _OWN, _ON, _CONTEXT):
        command = option(command)
    return command


@click.group()
def command() -> None:
    """Make officials' papers as .docx, and read them back. Needs no database."""


@command.command("list")
@_OWN
@_JSON
def list_(own: Path | None, as_json: bool) -> None:
    """List papers and kinds of files. JSON keys: papers (id, title), files (id, title, papers)."""
    book = _book(own)
    papers = [
        {"id": name, "title": versions[-1].title[language()]}
        for name, versions in book.papers.items()
    ]
    files = [
        {
            "id": kind.id,
            "title": kind.title[language()],
            "papers": [filed.paper for filed in kind.papers],
        }
        for kind in book.files.values()
    ]
    lines = [f"{one['id']}  {one['title']}" for one in papers]
    lines += [f"{kind['id']}  {kind['title']}" for kind in files]
    result = {"papers": papers, "files": files}
    emit(result, as_json=as_json, text="\n".join(lines))


@command.command()
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True)
)
@_JSON
def check(folder: Path | None, as_json: bool) -> None:
    """Read the papers of FOLDER over the national ones and list every problem.

    JSON keys: papers, files; when refused: errors (code, message, remedy, params).
    """
    from bangfu.foundation import papers

    book, problems = papers.examine(_folders(folder))
    if problems:
        fail([describe_error(problem) for problem in problems], as_json=as_json)
    result = {"papers": len(book.papers), "files": len(book.files)}
    emit(result, as_json=as_json, text=_word("checked").format(**result))


@command.command()
@click.argument("paper")
@_shared
@_OUT
def make(
    paper: str,
    context_file: Path | None,
    on: datetime | None,
    own: Path | None,
    as_json: bool,
    out: Path,
) -> None:
    """Make PAPER (see `bangfu papers list`) from a context and write it as .docx.

    JSON keys: paper, title, number, out, size, lacks (path, zh, en); when refused: errors.
    """
    from bangfu.foundation import papers

    context = _context(context_file)
    made = papers.make_paper(paper, context, on=_day(on, context), book=_book(own))
    out.write_bytes(made.content)
    result = {
        "paper": made.paper,
        "title": made.title[language()],
        "number": made.number,
        "out": str(out),
        "size": len(made.content),
        "lacks": [asdict(lack) for lack in made.lacks],
    }
    text = _word("made").format(**result)
    if made.lacks:
        text += "\n" + _word("lacks").format(names=_names(made.lacks))
    emit(result, as_json=as_json, text=text)


@command.command()
@click.argument("kind")
@_shared
@_OUT
@click.option("--zip", "apart", is_flag=True, help="Each paper as a file of its own, in a zip.")
def file(
    kind: str,
    context_file: Path | None,
    on: datetime | None,
    own: Path | None,
    as_json: bool,
    out: Path,
    apart: bool,
) -> None:
    """Make the whole file KIND of a case: cover, contents, every paper that is complete.

    JSON keys: file, out, size, papers (as `missing`); when refused: errors.
    """
    from bangfu.foundation import papers

    context, book = _context(context_file), _book(own)
    day = _day(on, context)
    make_it = papers.make_zip if apart else papers.make_file
    content = make_it(kind, context, on=day, book=book)
    out.write_bytes(content)
    states = papers.list_papers(kind, context, on=day, book=book)
    title = book.file(kind).title[language()]
    result = {"file": kind, "out": str(out), "size": len(content), "papers": _states(states)}
    text = _word("made").format(title=title, out=out, size=len(content))
    emit(result, as_json=as_json, text="\n".join([text, *_lines(states)]))


@command.command()
@click.argument("kind")
@_shared
def missing(
    kind: str, context_file: Path | None, on: datetime | None, own: Path | None, as_json: bool
) -> None:
    """Say where each paper of the file KIND stands.

    JSON keys: file, papers (paper, title, step, state, is_optional, lacks); when refused: errors.
    """
    from bangfu.foundation import papers

    context = _context(context_file)
    states = papers.list_papers(kind, context, on=_day(on, context), book=_book(own))
    result = {"file": kind, "papers": _states(states)}
    emit(result, as_json=as_json, text="\n".join(_lines(states)))


@command.command()
@click.argument("returned", type=_FILE)
@_shared
def read(
    returned: Path,
    context_file: Path | None,
    on: datetime | None,
    own: Path | None,
    as_json: bool,
) -> None:
    """Read a monthly list (.docx) that a village filled in; --context is the list as handed out.

    JSON keys: list_no, rows, still_open, problems (row, column, code, message, remedy). Exit
    status 1 where a row is wrong; the others are read all the same.
    """
    from bangfu.foundation.papers.monthly import read_list

    today = on.date() if on else date.today()
    issued = _context(context_file).checklist if context_file else None
    paper = _book(own).get("monthly_list", today)
    found = read_list(returned.read_bytes(), paper, today=today, issued=issued)
    problems = []
    for one in found.problems:
        told = errors.text(one.code, one.params, language())
        place = {"row": one.row, "column": one.column, "code": one.code}
        problems.append({**place, "message": told.message, "remedy": told.remedy})
    result = {
        "list_no": found.list_no,
        "rows": [asdict(row) for row in found.rows],
        "still_open": list(found.still_open),
        "problems": problems,
    }
    counts = {name: len(value) for name, value in result.items() if isinstance(value, list)}
    text = _word("read").format(**{**counts, "list_no": found.list_no})
    told_lines = [f"{one['code']} {one['message']}\n  {one['remedy']}" for one in problems]
    emit(result, as_json=as_json, text="\n".join([text, *told_lines]))
    if problems:
        raise SystemExit(1)


def _folders(own: Path | None) -> tuple[Path, ...]:
    from bangfu.standards.paths import packs_root

    national = packs_root() / "national" / "papers"
    return (national,) if own is None else (national, own)


def _book(own: Path | None) -> PaperBook:
    from bangfu.foundation import papers

    return papers.load(_folders(own))


def _context(path: Path | None) -> CaseContext:
    from bangfu.foundation import papers

    return papers.read_context(path.read_text(encoding="utf-8") if path else "{}")


def _day(on: datetime | None, context: CaseContext) -> date:
    return on.date() if on else context.made_on or date.today()


def _word(name: str) -> str:
    return _WORDS[language()][name]


def _names(lacks: tuple[Lack, ...]) -> str:
    zh = language() == "zh"
    return ("、" if zh else ", ").join(lack.zh if zh else lack.en for lack in lacks)


def _states(states: tuple[PaperState, ...]) -> list[dict[str, Any]]:
    return [
        {
            "paper": state.paper,
            "title": state.title[language()],
            "step": state.step,
            "state": state.state,
            "is_optional": state.is_optional,
            "lacks": [asdict(lack) for lack in state.lacks],
        }
        for state in states
    ]


def _lines(states: tuple[PaperState, ...]) -> list[str]:
    return [
        _word("state").format(
            state=_word(state.state),
            paper=state.paper,
            title=state.title[language()],
            lacks=f"  ({_names(state.lacks)})" if state.lacks else "",
        )
        for state in states
    ]
