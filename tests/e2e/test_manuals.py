# SPDX-License-Identifier: BSD-2-Clause
"""The manual pages: what they describe is what there is, and all of it; the Japanese ones describe
the same; man shows them well."""

import re
import subprocess

import pytest

from command import SIGN_PIN, columns, verbs
from portal_host import HOST
from support import JPKI, ROOT, TIMEOUT, VCARD, needs

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
    "[signature]": "[signature]",
    "[token]": "[token]",
    "[log]": "[log]",
    "Slots and tokens": "スロットとトークン",
    "Objects": "オブジェクト",
    "Mechanisms": "メカニズム",
    "PINs": "暗証番号",
    "Login and locking": "ログインとロック",
    "Options": "オプション",
    "Commands of ctl": "ctl のコマンド",
    "Quirks": "癖",
    "Options of several verbs": "共通のオプション",
    "Where PINs come from": "暗証番号の入力",
    "Rules": "規則",
    "Words for errors": "エラーの語",
}
# What is spelled alike in every language, by its macro.
NAMES = {"Cm", "Dv", "Ev", "Fl", "Fn", "Li", "Pa", "Ql", "Va", "Xr"}


def name(page):
    return str(page.relative_to(ROOT))


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                          timeout=TIMEOUT, check=True, **options)
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
                          capture_output=True, encoding="utf-8", timeout=TIMEOUT, check=False)
    # mandoc knows the English names of sections alone
    foreign = ("first section is not", "description line outside NAME") if page in JAPANESE else ()
    assert [line for line in done.stdout.splitlines() if not any(f in line for f in foreign)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_lines_fit_80_columns(page):
    needs("groff")
    text = run(BREAK_JAPANESE, page) if page in JAPANESE else page.read_text()
    shown = subprocess.run(["groff", "-K", "utf8", "-mdoc", "-T", "utf8", "-rLL=80n", "-P-cbou",
                            "-W", "break"],  # a line that has no blank to be stretched
                           input=text, capture_output=True, encoding="utf-8", timeout=TIMEOUT, check=True)
    assert shown.stderr == ""
    assert [line for line in shown.stdout.splitlines() if columns(line) > 80] == []
    head, foot = shown.stdout.split("\n")[0], shown.stdout.rstrip().split("\n")[-1]
    assert head.startswith(re.search(r"^\.Dt (.*) ", text, re.MULTILINE)[1]) and re.search("20[0-9][0-9]", foot)


@pytest.mark.parametrize("page", ENGLISH, ids=name)
def test_japanese_says_the_same(page):
    """The same sections, in which the same things are named."""
    english, japanese = sections(page), sections(page.with_suffix(".ja" + page.suffix))
    assert list(japanese) == [TITLES.get(title, title) for title in english]
    for title, text in english.items():
        theirs = japanese[TITLES.get(title, title)]
        if title == "SYNOPSIS":
            assert long_options(theirs) == long_options(text)
        else:
            assert (title, named(theirs.replace(".ja.md", ".md"))) == (title, named(text))


# --- jpki(1) --------------------------------------------------------------------------------------

MANUAL = ROOT / "tools" / "jpki" / "jpki.1"


def options_of(verb):
    return set(re.findall(r"^  --([a-z0-9-]+)", help_of("help", verb), re.MULTILINE))


def verb_sections(verb):
    return "\n".join(text for title, text in sections(MANUAL).items()
                     if title.split()[:2] == ["jpki", verb])


def synopsis_of(verb, page):
    text = sections(page)["書式" if page in JAPANESE else "SYNOPSIS"]
    parts = re.split(r"^\.(?:It )?Nm\n", text, flags=re.MULTILINE)
    return "".join(part for part in parts if re.match(rf"\.Cm {verb}\b", part))


def test_verbs_are_those_of_the_program():
    described = {title.split()[1] for title in sections(MANUAL) if title.startswith("jpki ")}
    assert "status" in described and described == set(verbs())


def test_verbs_are_all_that_have_code():
    """One that tools/jpki/verbs.h does not have would be missing in silence."""
    files = [path.read_text() for path in (ROOT / "tools" / "jpki").glob("*.c")]
    assert {name for text in files for name in re.findall(r"^const struct verb verb_(\w+) =", text, re.MULTILINE)
            } == set(verbs())


@pytest.mark.parametrize("page", ["tools/doc/jpki.md", "tools/doc/jpki.ja.md"])
def test_verbs_are_on_the_page(page):
    text = (ROOT / page).read_text()
    assert [verb for verb in verbs() if f"`jpki {verb}" not in text] == []


@pytest.mark.parametrize("verb", verbs())
def test_options_of_a_verb_are_those_of_the_program(verb):
    known = options_of(verb)
    described = items(verb_sections(verb), "Fl")
    assert described <= known
    assert known <= long_options(verb_sections(verb)) | items(sections(MANUAL)["Options of several verbs"], "Fl")
    for page in (MANUAL, MANUAL.with_suffix(".ja.1")):
        assert synopsis_of(verb, page) != "" and long_options(synopsis_of(verb, page)) == known


def test_programs_of_setup_are_described():
    programs = set(re.findall(r"^  ([a-z0-9-]+)  ", help_of("help", "setup").split("Programs:")[1],
                              re.MULTILINE))
    assert programs <= items(verb_sections("setup"), "Cm") <= programs | {"en", "ja"}


def test_exit_statuses_are_described():
    header = (ROOT / "tools" / "jpki" / "exit_status.h").read_text()
    described = re.findall(r"^\.It (\d)", sections(MANUAL)["EXIT STATUS"], re.MULTILINE)
    assert described == re.findall(r"\bSTATUS_\w+ = (\d)", header)


def test_environment_is_described():
    sources = "".join(path.read_text() for path in (ROOT / "tools" / "jpki").glob("*.c"))
    known = set(re.findall(r'(?:getenv|value_of|named)\("(\w+)"\)', sources))
    described = items(sections(MANUAL)["ENVIRONMENT"], "Ev")
    assert {"HOME", "NO_COLOR", "JPKI_ASKPASS"} <= known <= described


def test_words_for_errors_are_described():
    """In JSON: they stay as they are."""
    sources = {path.name: path.read_text() for path in (ROOT / "tools" / "jpki").glob("*.c")}
    known = {word for text in sources.values() for word in re.findall(r'failure_code\("([a-z-]+)"\)', text)}
    known |= set(re.findall(r'\{(?:JPKI_ERR_\w+|0), "([a-z-]+)"', sources["trouble.c"]))
    known |= set(re.findall(r'\[STATUS_\w+\] = "([a-z-]+)"', sources["failure_json.c"]))
    item = re.search(r"^\.It Fl Fl json\n(.*?)^\.It", sections(MANUAL)["Options of several verbs"],
                     re.MULTILINE | re.DOTALL)[1].partition("The words are")[2]
    assert "pin-wrong" in known and {word for macro, word in named(item) if macro == "Cm"} == known


def members(value):
    """The names of all members of JSON."""
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("words", [["status"], ["status", "--sign"], ["cert"], ["cert", "sign"], ["pin"],
                                   ["check", "--no-pin"], ["doctor"], ["cache"], ["cache", "clear"]],
                         ids=" ".join)
def test_members_of_json_are_described(jpki, words):
    pin = SIGN_PIN if "sign" in words[-1] else None
    status = None if words[0] in ("check", "doctor") else 0  # of a made-up CA, and whatever programs
    said = members(jpki.json(*words, pin=pin, status=status))
    described = {word for macro, word in named(verb_sections(words[0])) if macro == "Va"}
    assert said and said <= described


# --- jpki-vcard(1) --------------------------------------------------------------------------------

VCARD_MANUAL = ROOT / "tools" / "vcard" / "jpki-vcard.1"
VCARD_HELP, _, VCARD_QUIRKS = run(VCARD, "--help").partition("\nQuirks")


def test_options_of_the_virtual_card():
    known = set(re.findall(r"--([a-z-]+)", VCARD_HELP))
    assert "state" in known and known == items(sections(VCARD_MANUAL)["Options"], "Fl")


@pytest.mark.parametrize("page", [VCARD_MANUAL, VCARD_MANUAL.with_suffix(".ja.1")], ids=name)
def test_defaults_of_the_virtual_card(page):
    defaults = re.findall(r"[A-Z0-9.]{4,}", " ".join(re.findall(r"\(([A-Z0-9., ]+)\)", VCARD_HELP)))
    assert {"127.0.0.1", "35963", "1234"} <= set(defaults)
    assert [default for default in defaults if default not in page.read_text()] == []


def test_quirks_of_the_virtual_card():
    known = dict(re.findall(r"^  (\S+)=(\S+)$", VCARD_QUIRKS, re.MULTILINE))
    described = {}
    for head in re.findall(r"^\.It Cm (.*)", sections(VCARD_MANUAL)["Quirks"], re.MULTILINE):
        names, values = (part.split(" , ") for part in head.split(" : "))
        described |= {quirk: "|".join(values) for quirk in names}
    assert known == described != {}


def test_commands_of_the_virtual_card(card):
    known = [line.partition(" - ")[0] for line in card("help").splitlines() if line != "ok"]
    section = sections(VCARD_MANUAL)["Commands of ctl"]
    heads = re.findall(r"^\.It Cm (\S+)", section, re.MULTILINE)
    assert {line.split()[0] for line in known} == set(heads)
    words = {word for line in known for word in re.findall(r"\b[a-z][a-z-]+", line)}
    described = {word.partition("+")[0] for macro, word in named(section) if macro == "Cm"}
    what = {word for macro, word in named(sections(VCARD_MANUAL)["Options"]) if macro == "Cm"}
    assert words <= described | what


# --- jpki-portal-host(1) --------------------------------------------------------------------------

HOST_MANUAL = ROOT / "tools" / "mynaportal" / "host" / "jpki-portal-host.1"
WORDS = (HOST_MANUAL.parent / "word.c").read_text()


def test_options_of_the_portal_host():
    known = set(re.findall(r"--([a-z]+)", run(HOST, "--help").partition("\n\n")[0]))
    assert "ask" in known and known == items(sections(HOST_MANUAL)["DESCRIPTION"], "Fl")


def test_words_of_the_portal_host():
    known = set(re.findall(r'\[WORD_\w+\] = \{"([a-z-]+)"', WORDS)) - {"ok"}
    assert "busy" in known and known == items(sections(HOST_MANUAL)["Words for errors"], "Cm")


def test_exit_statuses_of_the_portal_host():
    statuses = dict(re.findall(r"\b(STATUS_\w+) = (\d)",
                               (ROOT / "tools" / "jpki" / "exit_status.h").read_text()))
    known = {statuses[name] for name in re.findall(r", (STATUS_\w+)\}", WORDS)}
    assert known == set(re.findall(r"^\.It (\d)", sections(HOST_MANUAL)["EXIT STATUS"], re.MULTILINE))


# --- jpki.conf(5) ---------------------------------------------------------------------------------

SETTINGS = (ROOT / "src" / "reader" / "settings.c").read_text()
SETTINGS_MANUAL = ROOT / "src" / "reader" / "jpki.conf.5"
# What a setting is called in the program, and how a number there is a value here.
MEMBERS = {"window": ("signature_window_ms", 1000)}


def described_settings():
    """(section, name): the head and the text."""
    found = {}
    for title, text in sections(SETTINGS_MANUAL).items():
        if title.startswith("["):
            for item in re.split(r"^\.It ", text, flags=re.MULTILINE)[1:]:
                found[title.strip("[]"), re.match(r"Va (\S+)", item)[1]] = item
    return found


def known_settings():
    """(section, name): what values it can have."""
    rows = re.findall(r'\{"([a-z]+)", "([a-z-]+)", set_\w+, "([^"]*)",\s+MEMBER', SETTINGS)
    return {(section, setting): values for section, setting, values in rows}


def default_of(setting):
    member, factor = MEMBERS.get(setting, (setting.replace("-", "_"), 1))
    block = re.search(r"settings_default = \{(.*?)\};", SETTINGS, re.DOTALL)[1]
    match = re.search(rf"\.(?:log_)?{member} = (\w+)", block)
    if match is None:  # what is 0: no, the first word, or nothing
        (values,) = (told for (_, its), told in known_settings().items() if its == setting)
        words = values.split(" or ")
        return "no" if "no" in words else words[0] if len(words) > 1 else None
    value = {"true": "yes", "false": "no"}.get(match[1], match[1])
    return str(int(value) // factor) if value.isdecimal() else value.rpartition("_")[2].lower()


def test_settings_are_those_of_the_program():
    assert set(described_settings()) == set(known_settings()) and known_settings()


@pytest.mark.parametrize("section, setting", known_settings())
def test_values_and_default_of_a_setting(section, setting):
    item = described_settings()[section, setting]
    values = known_settings()[section, setting]
    if " or " in values:
        assert re.split(", | or ", values) == re.match(".*?Cm (.*)", item)[1].split(" | ")
    else:
        assert all(number in item for number in re.findall(r"\d+", values))
    told = re.search(r"The default is\n\.Ql (\S+)", item)
    assert (told and told[1]) == default_of(setting)


@pytest.mark.parametrize("place", ["tools/doc/settings.md", "tools/doc/settings.ja.md",
                                   "tests/fuzz/dictionaries/configuration.dict"])
def test_settings_are_named_elsewhere(place):
    text = (ROOT / place).read_text()
    assert [setting for _, setting in known_settings()
            if not re.search(rf'^"?{setting} = ', text, re.MULTILINE)] == []


# --- jpki-pkcs11(7) -------------------------------------------------------------------------------

MODULES_MANUAL = ROOT / "src" / "jpki-pkcs11.7"


def words_of(title, macro):
    return {word for its, word in named(sections(MODULES_MANUAL)[title]) if its == macro}


def test_mechanisms():
    source = (ROOT / "src" / "token" / "mechanism.c").read_text()
    table = re.search(r"mechanisms\[\] = \{(.*?)\n\};", source, re.DOTALL)[1]
    known = set(re.findall(r"\bCKM_\w+", table))
    assert "CKM_RSA_PKCS" in known and known == words_of("Mechanisms", "Dv")


def test_labels_and_identifiers():
    source = (ROOT / "src" / "token" / "token_kind.c").read_text()
    for kind in ("key", "ca"):
        for label, number in re.findall(rf'\.{kind}_label = "([^"]+)".*?\.{kind}_id = 0x(\d+)', source,
                                        re.DOTALL):
            assert f".It Li {label} Ta {number}\n" in sections(MODULES_MANUAL)["Objects"] + "\n"
    labels = re.findall(r'\[LABELS_EN\] = "([^"]+)"', source)
    heads = re.findall(r"^\.It Ql (.*)", sections(MODULES_MANUAL)["Slots and tokens"], re.MULTILINE)
    assert labels == heads != []


def test_modules_and_files(installed):
    modules = {path.name for path in installed.glob("usr/lib/*/pkcs11/*.so")}
    assert modules == items(sections(MODULES_MANUAL)["DESCRIPTION"], "Pa")
    for path in items(sections(MODULES_MANUAL)["FILES"], "Pa"):
        if path.startswith("/usr/"):
            assert list(installed.glob(path[1:].replace("ARCH", "*")))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_installed(installed, page):
    folder = f"man{page.suffix[1:]}"
    if page in ENGLISH:
        assert (installed / "usr/share/man" / folder / page.name).read_text() == page.read_text()
    else:
        shown = installed / "usr/share/man/ja" / folder / page.name.replace(".ja.", ".")
        assert shown.read_text() == run(BREAK_JAPANESE, page)
