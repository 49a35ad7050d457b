# SPDX-License-Identifier: BSD-2-Clause
"""The manual pages: what they describe is what there is, and all of it; the Japanese ones describe
the same; man shows them well."""

import re
import subprocess

import pytest

from command import SIGN_PIN, columns
from support import JPKI, ROOT, needs

PAGES = sorted(path for folder in ("src", "tools") for path in (ROOT / folder).rglob("*.[1-8]"))
ENGLISH = [page for page in PAGES if ".ja." not in page.name]
JAPANESE = [page for page in PAGES if ".ja." in page.name]
BREAK_JAPANESE = ROOT / "tools" / "break-japanese"

# Names of sections in both languages.
TITLES = {
    "NAME": "名前",
    "SYNOPSIS": "書式",
    "DESCRIPTION": "説明",
    "ENVIRONMENT": "環境変数",
    "FILES": "ファイル",
    "EXIT STATUS": "終了ステータス",
    "EXAMPLES": "使用例",
    "SEE ALSO": "関連項目",
    "SECURITY CONSIDERATIONS": "セキュリティ",
    "Options of several verbs": "共通のオプション",
    "Where PINs come from": "暗証番号の入力",
}
# What is spelled alike in every language, by its macro.
NAMES = {"Cm", "Ev", "Fl", "Pa", "Ql", "Va", "Xr"}


def name(page):
    return str(page.relative_to(ROOT))


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                          timeout=60, check=True, **options)
    assert done.stderr == ""
    return done.stdout


def help_of(*words):
    return run(JPKI, *words, env={"LC_ALL": "C"})


def sections(page):
    """The text of each, by its title; subsections are sections too."""
    found, title = {}, None
    for line in page.read_text().splitlines():
        match = re.match(r"\.S[hs] (.*)", line)
        if match:
            title = match[1]
            assert title not in found
            found[title] = []
        elif title is not None:
            found[title].append(line)
    return {title: "\n".join(lines) for title, lines in found.items()}


def long_options(text):
    return set(re.findall(r"\bFl Fl ([a-z0-9-]+)", text))


def named(text):
    """What is named in a text: (macro, word)."""
    found = set()
    for line in text.splitlines():
        if not line.startswith("."):
            continue
        macro = None
        for word in line[1:].split():
            if word in NAMES:
                macro = word
            elif re.fullmatch("[A-Z][a-z]", word):
                macro = None
            elif macro and word not in ("|", ",", ".", ";", ":", "(", ")"):
                found.add((macro, word))
    return found


def items(text, macro):
    """The words of a macro in the heads of lists."""
    heads = re.findall(r"^\.It (.*)", text, re.MULTILINE)
    return {word for head in heads for its, word in named("." + head) if its == macro}


# --- all pages ------------------------------------------------------------------------------------


def test_all_pages_are_there():
    assert ENGLISH and [name(page) for page in JAPANESE] == [
        name(page.with_suffix(".ja" + page.suffix)) for page in ENGLISH]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_lint(page):
    needs("mandoc")
    done = subprocess.run(["mandoc", "-K", "utf-8", "-T", "lint", "-W", "warning", page],
                          capture_output=True, encoding="utf-8", timeout=60, check=False)
    # mandoc knows the English names of sections alone
    foreign = ("first section is not", "description line outside NAME") if page in JAPANESE else ()
    assert [line for line in done.stdout.splitlines() if not any(f in line for f in foreign)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_lines_fit_80_columns(page):
    needs("groff")
    text = run(BREAK_JAPANESE, page) if page in JAPANESE else page.read_text()
    shown = subprocess.run(["groff", "-K", "utf8", "-mdoc", "-T", "utf8", "-rLL=80n", "-P-cbou"],
                           input=text, capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert shown.stderr == ""
    assert [line for line in shown.stdout.splitlines() if columns(line) > 80] == []


@pytest.mark.parametrize("page", ENGLISH, ids=name)
def test_japanese_says_the_same(page):
    """The same sections, in which the same things are named. A section that was not translated yet
    is one of a verb, whole."""
    english, japanese = sections(page), sections(page.with_suffix(".ja" + page.suffix))
    assert set(japanese) <= {TITLES.get(title, title) for title in english}
    for title, text in english.items():
        theirs = japanese.get(TITLES.get(title, title))
        if theirs is None:
            assert title.startswith("jpki "), title
        elif title not in ("SYNOPSIS", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"):
            assert (title, named(theirs)) == (title, named(text))
        assert theirs is None or long_options(theirs) <= long_options(text)


# --- jpki(1) --------------------------------------------------------------------------------------

MANUAL = ROOT / "tools" / "jpki" / "jpki.1"
VERBS = re.findall(r"^  (\w+)  ", help_of("--help"), re.MULTILINE)


def options_of(verb):
    return set(re.findall(r"^  --([a-z0-9-]+)", help_of("help", verb), re.MULTILINE))


def verb_sections(verb):
    return "\n".join(text for title, text in sections(MANUAL).items()
                     if title.split()[:2] == ["jpki", verb])


def synopsis_of(verb):
    parts = re.split(r"^\.Nm\n", sections(MANUAL)["SYNOPSIS"], flags=re.MULTILINE)
    return "".join(part for part in parts if re.match(rf"\.Cm {verb}\b", part))


def test_verbs_are_those_of_the_program():
    described = {title.split()[1] for title in sections(MANUAL) if title.startswith("jpki ")}
    assert "status" in described and described == set(VERBS) - {"help"}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "help"])
def test_options_of_a_verb_are_those_of_the_program(verb):
    known = options_of(verb)
    described = items(verb_sections(verb), "Fl")
    assert described <= known
    assert known <= described | items(sections(MANUAL)["Options of several verbs"], "Fl")
    assert synopsis_of(verb) != "" and long_options(synopsis_of(verb)) <= known


def test_programs_of_setup_are_described():
    programs = set(re.findall(r"^  ([a-z0-9-]+)  ", help_of("help", "setup").split("Programs:")[1],
                              re.MULTILINE))
    assert programs == items(verb_sections("setup"), "Cm")


def test_exit_statuses_are_described():
    header = (ROOT / "tools" / "jpki" / "exit_status.h").read_text()
    described = re.findall(r"^\.It (\d)", sections(MANUAL)["EXIT STATUS"], re.MULTILINE)
    assert described == re.findall(r"\bSTATUS_\w+ = (\d)", header)


def test_environment_is_described():
    sources = "".join(path.read_text() for path in (ROOT / "tools" / "jpki").glob("*.c"))
    known = set(re.findall(r'(?:getenv|is_set)\("(\w+)"\)', sources))
    described = items(sections(MANUAL)["ENVIRONMENT"], "Ev")
    assert {"HOME", "NO_COLOR", "JPKI_ASKPASS"} <= known <= described


def members(value):
    """The names of all members of JSON."""
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("words", [["status"], ["status", "--sign"], ["cert"], ["cert", "sign"], ["pin"],
                                   ["doctor"]], ids=" ".join)
def test_members_of_json_are_described(jpki, words):
    pin = SIGN_PIN if "sign" in words[-1] else None
    status = None if words == ["doctor"] else 0  # what programs there are
    said = members(jpki.json(*words, pin=pin, status=status))
    described = {word for macro, word in named(verb_sections(words[0])) if macro == "Va"}
    assert said and said <= described
