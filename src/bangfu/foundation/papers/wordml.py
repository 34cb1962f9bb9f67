"""Elements as WordprocessingML (ECMA-376 part 1, §17). Every text is escaped here and only here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from bangfu.foundation.papers.filled import Cell, Element, PageBreak, Para, Row, Run, Table
from bangfu.foundation.papers.layout import Layout, Page, Style

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_JUSTIFY = {"left": "left", "centre": "center", "right": "right", "both": "both"}
_BMP = 0xFFFF
_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")


def twips(millimetres: float) -> int:
    """Twentieths of a point in millimetres: 1 inch = 25.4 mm = 1440 twips."""
    return round(millimetres * 1440 / 25.4)


class Writer:
    """Writes elements for one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._rare = rare_font(layout)

    def elements(self, elements: Iterable[Element], page: Page, bookmark: str = "") -> str:
        """Return the XML of elements; `bookmark` is laid into the first paragraph."""
        parts = [bookmark_paragraph(bookmark)] if bookmark else []
        for element in elements:
            written = self._element(element, page)
            # Air around a table; and two tables that touch would be read as one.
            parts += [gap(keep=True), written, gap()] if isinstance(element, Table) else [written]
        return "".join(parts)

    def para(self, para: Para) -> str:
        """Return a paragraph."""
        keep = "<w:keepNext/>" if para.keep else ""
        align = f'<w:jc w:val="{_JUSTIFY[para.align]}"/>' if para.align else ""
        style = f'<w:pStyle w:val="{para.style}"/>'
        runs = "".join(self.run(run) for run in para.runs)
        return f"<w:p><w:pPr>{style}{keep}{align}</w:pPr>{runs}</w:p>"

    def run(self, run: Run) -> str:
        """Return the runs of a text: rare characters in a font that has them."""
        if run.page_of:
            return page_reference(run.page_of, run.text)
        return "".join(
            _run(text, self._rare if is_rare else "") for is_rare, text in _by_rarity(run.text)
        )

    def _element(self, element: Element, page: Page) -> str:
        if isinstance(element, PageBreak):
            return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
        if isinstance(element, Para):
            return self.para(element)
        return self._table(element, page)

    def _table(self, table: Table, page: Page) -> str:
        total = twips(page.text_width)
        whole = sum(table.widths)
        widths = [total * width // whole for width in table.widths]
        kind = "single" if table.has_lines else "none"
        edges = "".join(
            f'<w:{e} w:val="{kind}" w:sz="4" w:space="0" w:color="000000"/>' for e in _EDGES
        )
        margin = twips(self._layout.cell_margin)
        margins = "".join(f'<w:{e} w:w="{margin}" w:type="dxa"/>' for e in ("left", "right"))
        margins = f"<w:tblCellMar>{margins}</w:tblCellMar>"
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = "".join(self._row(row, widths) for row in table.rows)
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>{margins}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def _row(self, row: Row, widths: list[int]) -> str:
        height = twips(max(row.height, self._layout.row))
        marks = f'<w:cantSplit/><w:trHeight w:val="{height}" w:hRule="atLeast"/>'
        if row.is_heading:
            marks += "<w:tblHeader/>"
        cells, first = [], 0
        for cell in row.cells:
            cells.append(self._cell(cell, sum(widths[first : first + cell.span])))
            first += cell.span
        return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(cells)}</w:tr>"

    def _cell(self, cell: Cell, width: int) -> str:
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        paras = "".join(self.para(para) for para in cell.paras)
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}'
            f'<w:vAlign w:val="center"/></w:tcPr>{paras}</w:tc>'
        )


def rare_font(layout: Layout) -> str:
    """Return the font of characters beyond U+FFFF, which common fonts of papers lack."""
    name = quoteattr(layout.fonts["rare"].name)
    fonts = f"<w:rFonts w:ascii={name} w:hAnsi={name} w:eastAsia={name}"
    return f'{fonts} w:hint="eastAsia"/>'


def gap(keep: bool = False) -> str:
    """A thin paragraph before and after a table; `keep` holds it to what follows."""
    held = "<w:keepNext/>" if keep else ""
    spacing = '<w:spacing w:line="120" w:lineRule="exact"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="note"/>{held}{spacing}</w:pPr></w:p>'


def bookmark_paragraph(name: str) -> str:
    """A paragraph of no height that page references can point at."""
    number = sum(map(ord, name)) * 1000 + int("".join(filter(str.isdigit, name)) or 0)
    return (
        '<w:p><w:pPr><w:pStyle w:val="note"/><w:keepNext/>'
        '<w:spacing w:line="20" w:lineRule="exact"/></w:pPr>'
        f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/></w:p>'
    )


def page_reference(bookmark: str, shown: str) -> str:
    """The page on which a bookmark stands; the reader works it out (dirty), until then `shown`."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> PAGEREF {bookmark} \\h </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{_run(shown, "")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def section(page: Page, layout: Layout, references: str = "", start: int | None = None) -> str:
    """Return the properties of a section: page, margins, footers, first page number."""
    turned = ' w:orient="landscape"' if page.width > page.height else ""
    numbers = f'<w:pgNumType w:start="{start}"/>' if start is not None else ""
    footer = twips(min(layout.footer, page.bottom * 0.7))
    return (
        f'<w:sectPr>{references}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{twips(page.width)}" w:h="{twips(page.height)}"{turned}/>'
        f'<w:pgMar w:top="{twips(page.top)}" w:right="{twips(page.right)}" '
        f'w:bottom="{twips(page.bottom)}" w:left="{twips(page.left)}" '
        f'w:header="{twips(page.top * 0.5)}" w:footer="{footer}" w:gutter="0"/>{numbers}'
        f'<w:docGrid w:linePitch="{round(layout.line * 20)}"/></w:sectPr>'
    )


def styles(layout: Layout) -> str:
    """Return styles.xml: the defaults and one paragraph style each of the layout."""
    body = layout.fonts["body"].name
    defaults = (
        f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(layout, body)}"
        '<w:kern w:val="2"/><w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
    )
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/><w:qFormat/></w:style>'
    )
    own = "".join(_style(style, layout) for style in layout.styles.values())
    return f'<w:styles xmlns:w="{NAMESPACE}">{defaults}{normal}{own}</w:styles>'


def font_table(layout: Layout) -> str:
    """Return fontTable.xml, where each font names those that may stand in for it."""
    fonts = "".join(
        f"<w:font w:name={quoteattr(font.name)}>"
        f"<w:altName w:val={quoteattr(','.join(font.others))}/>"
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for font in layout.fonts.values()
    )
    return f'<w:fonts xmlns:w="{NAMESPACE}">{fonts}</w:fonts>'


def footer(layout: Layout, side: str) -> str:
    """Return a footer "— 1 —" at the outer side, one character in (GB/T 9704-2012 §7.5)."""
    indent = f'<w:ind w:{side}="320" w:{side}Chars="100"/>'
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    return (
        f'<w:p xmlns:w="{NAMESPACE}"><w:pPr><w:pStyle w:val="page_number"/>{indent}'
        f'<w:jc w:val="{side}"/></w:pPr>{_run("— ", "")}{field}{_run(" —", "")}</w:p>'
    )


def _style(style: Style, layout: Layout) -> str:
    size = round(style.size * 2)
    indent = ""
    if style.indent:
        exact = round(style.indent * style.size * 20)
        indent = f'<w:ind w:firstLine="{exact}" w:firstLineChars="{style.indent * 100}"/>'
    line = f'<w:spacing w:line="{round(style.line * 20)}" w:lineRule="{_rule(style)}"/>'
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style.name}">'
        f'<w:name w:val="Bangfu {style.name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f'<w:pPr><w:snapToGrid w:val="0"/>{line}{indent}<w:jc w:val="{_JUSTIFY[style.align]}"/>'
        f"</w:pPr><w:rPr>{_fonts(layout, layout.fonts[style.font].name)}"
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )


def _rule(style: Style) -> str:
    """Cells grow with their letters; running text keeps the standard's 22 lines a page."""
    return "atLeast" if style.name.startswith(("cell", "row")) else "exact"


def _fonts(layout: Layout, name: str) -> str:
    latin, east = quoteattr(layout.latin), quoteattr(name)
    return f"<w:rFonts w:ascii={latin} w:hAnsi={latin} w:eastAsia={east} w:cs={latin}/>"


def _run(text: str, properties: str) -> str:
    pieces = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(text).split("\n"))
    marks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{marks}<w:t xml:space="preserve">{pieces}</w:t></w:r>'


def _by_rarity(text: str) -> Iterator[tuple[bool, str]]:
    for is_rare, letters in groupby(text, key=lambda letter: ord(letter) > _BMP):
        yield is_rare, "".join(letters)
