"""The documentation agrees with the code: links, commands, settings, cited tests and files, routes, error codes."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from fastapi import FastAPI
from ruamel.yaml import YAML

from care import __main__ as commands
from care import app
from care.errors import CareError
from care.settings import Settings
from tests.channels.world import World
from tools import settings_reference
from tools.content_hash import files_below
from tools.environments import BOT, CARE
from tools.layout import ROOT

_OTHERS = {"node_modules", "var", "results", "models"}
_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_IMAGE = re.compile(r'<img [^>]*src="([^"]+)"')
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_TEST = re.compile(r"\btests/[\w/]+\.py(?:::\w+)?")
_PLACE = re.compile(
    r"(?:care|actions|bot|data|docs|tools|tests|web|benchmarks|requirements)/[\w./-]+|\w+\.(?:yml|toml)"
)
_NOT_IN_A_CLONE = ("web/dist",)
_VARIABLE = re.compile(r"\bCARE_[A-Z_]*[A-Z]\b")
_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _pages() -> list[Path]:
    def keep(path: Path) -> bool:
        return path.name not in _OTHERS and not path.name.startswith(".")

    return [path for path in files_below(ROOT, keep) if path.suffix == ".md"]


PAGES = _pages()


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def _code(page: Path) -> Iterator[str]:
    """The lines of blocks of code, and what stands between backticks."""
    text = page.read_text(encoding="utf-8")
    for _, block in _FENCE.findall(text):
        yield from block.splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def _anchors(page: Path) -> set[str]:
    """The names under which GitHub knows a page's headings."""
    headings = re.findall(r"^#+ +(.+)$", _prose(page), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def _links(page: Path, *, pictures: bool) -> list[str]:
    text = _prose(page)
    found = [target for mark, target in _LINK.findall(text) if bool(mark) is pictures]
    return [*found, *_IMAGE.findall(text)] if pictures else found


def test_there_are_pages() -> None:
    assert {"README.md", "README.zh-CN.md", "docs/index.md"} <= {_name(page) for page in PAGES}


def test_links_lead_somewhere() -> None:
    lost = []
    for page in PAGES:
        for target in _links(page, pictures=False):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            found = (page.parent / path).resolve() if path else page
            if not found.exists() or (anchor and anchor not in _anchors(found)):
                lost.append(f"{_name(page)}: {target}")
    assert not lost


def test_pictures_are_there() -> None:
    """Screenshots are made by ``make screenshots``."""
    assert not [
        f"{_name(page)}: {target}"
        for page in PAGES
        for target in _links(page, pictures=True)
        if not (page.parent / target).is_file()
    ]


def test_every_page_of_the_documentation_is_linked() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in _links(page, pictures=False)
    }
    of_docs = {page for page in PAGES if ROOT / "docs" in page.parents}
    assert not {_name(page) for page in of_docs - linked}


def test_the_targets_of_make_exist() -> None:
    named = {
        (_name(page), target)
        for page in PAGES
        for code in _code(page)
        for target in re.findall(r"\bmake ([a-z-]+)", code)
    }
    targets = set(re.findall(r"^([a-z-]+):", _MAKEFILE, re.MULTILINE))
    assert not {(page, target) for page, target in named if target not in targets}


def test_every_command_is_described() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*##", _MAKEFILE, re.MULTILINE)
    assert targets
    assert not [target for target in targets if f"`make {target}`" not in page]
    words = list(_words_of_commands())
    assert "db upgrade" in words
    assert not [one for one in words if not re.search(rf"`python -m care {one}\b", page)]


def _words_of_commands() -> Iterator[str]:
    """``serve``, ``db upgrade`` …, as the command line's own parser knows them."""
    for name, parser in _subcommands(commands._parser()).items():
        below = _subcommands(parser)
        yield from (f"{name} {other}" for other in below) if below else iter([name])


def _subcommands(parser: object) -> dict[str, object]:
    choices = [action.choices for action in getattr(parser, "_actions", [])]
    return next((one for one in choices if isinstance(one, dict)), {})


def test_the_reference_of_settings_is_current() -> None:
    written = settings_reference.FILE.read_text(encoding="utf-8")
    assert written == settings_reference.render(), "run `python -m tools.settings_reference`"


def test_variables_are_settings() -> None:
    sources = [*(ROOT / "tools").glob("*.py"), ROOT / "web/desk/vite.config.ts"]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    known = {f"CARE_{name.upper()}" for name in Settings.model_fields}
    known |= set(_VARIABLE.findall(code))
    assert not {
        (_name(page), variable)
        for page in PAGES
        for variable in _VARIABLE.findall(page.read_text(encoding="utf-8"))
        if variable not in known
    }


def test_cited_tests_exist() -> None:
    cited = {
        (_name(page), test)
        for page in PAGES
        for test in _TEST.findall(page.read_text(encoding="utf-8"))
    }
    assert cited
    assert not {(page, test) for page, test in cited if not _is_a_test(test)}


def _is_a_test(cited: str) -> bool:
    path, _, function = cited.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    pattern = rf"^(?:async )?def {function}\(" if function else ""
    return re.search(pattern, file.read_text(encoding="utf-8"), re.MULTILINE) is not None


def test_named_files_exist() -> None:
    missing = []
    for page in PAGES:
        for span in _SPAN.findall(_prose(page)):
            if not _PLACE.fullmatch(span) or span.startswith(_NOT_IN_A_CLONE):
                continue
            if not any((base / span).exists() for base in (ROOT, page.parent)):
                missing.append(f"{_name(page)}: {span}")
    assert not missing


def test_examples_can_be_read() -> None:
    for page in PAGES:
        for language, block in _FENCE.findall(page.read_text(encoding="utf-8")):
            if language == "python":
                ast.parse(textwrap.dedent(block))
            elif language in ("yaml", "json"):
                YAML(typ="safe", pure=True).load(textwrap.dedent(block))


def test_the_disk_that_is_needed_is_named() -> None:
    needed = f"{BOT.gigabytes + CARE.gigabytes:.0f} GB"
    for name in ("README.md", "README.zh-CN.md"):
        assert needed in (ROOT / name).read_text(encoding="utf-8")


async def test_every_route_is_described(world: World) -> None:
    page = (ROOT / "docs/reference/http-api.md").read_text(encoding="utf-8")
    private = app.private_app(world.services, world.figures)
    routes = [*_routes(world.app), *_routes(private), "POST /actions/webhook"]
    assert len(routes) > 20
    assert not [route for route in routes if f"`{route}`" not in page]


def _routes(application: FastAPI) -> Iterator[str]:
    for path, methods in application.openapi()["paths"].items():
        yield from (f"{method.upper()} {path}" for method in methods)


async def test_every_error_code_is_described(world: World) -> None:
    """With the whole application imported, every class of error is known."""
    page = (ROOT / "docs/reference/http-api.md").read_text(encoding="utf-8")
    assert not {code for code in _codes(CareError) if f"`{code}`" not in page}


def _codes(kind: type[CareError]) -> set[str]:
    of_product = kind.__module__.startswith("care.")
    below = (_codes(other) for other in kind.__subclasses__())
    return set().union({kind.code} if of_product else set(), *below)
