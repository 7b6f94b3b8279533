from pathlib import Path

import pytest

from ui.deck.modules import joined_modules

SCRIPTS = Path(__file__).resolve().parents[3] / "ui" / "deck" / "js"


def write(folder, **modules):
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "entry.js"


def test_what_is_imported_comes_first_and_once(tmp_path):
    entry = write(
        tmp_path,
        entry='import { b } from "./b.js";\nimport { c } from "./c.js";\nexport default b + c;\n',
        b='import { c } from "./c.js";\nexport const b = c + 1;\n',
        c="export const c = 1;\n",
    )
    assert joined_modules(entry) == (
        "// c.js\nconst c = 1;\n\n// b.js\nconst b = c + 1;\n\n// entry.js\nexport default b + c;\n"
    )


def test_a_module_of_another_folder_is_named_by_its_path_and_comes_once(tmp_path):
    (tmp_path / "deck").mkdir()
    (tmp_path / "own").mkdir()
    write(tmp_path / "deck", b='import { c } from "./c.js";\nexport const b = c;\n', c="export const c = 1;\n")
    imports = 'import { b } from "../deck/b.js";\nimport { c } from "../deck/c.js";\n'
    entry = write(tmp_path / "own", entry=f"{imports}export default b + c;\n")
    assert joined_modules(entry) == (
        "// c.js\nconst c = 1;\n\n// b.js\nconst b = c;\n\n// entry.js\nexport default b + c;\n"
    )


def test_a_name_that_is_not_exported_is_refused(tmp_path):
    entry = write(tmp_path, entry='import { a, b } from "./b.js";\n', b="export function b() {}\n")
    with pytest.raises(ValueError, match=r"entry\.js imports a, which b\.js does not export"):
        joined_modules(entry)


def test_modules_that_import_each_other_are_refused(tmp_path):
    entry = write(
        tmp_path,
        entry='import { b } from "./b.js";\n',
        b='import { c } from "./c.js";\nexport const b = 1;\n',
        c='import { b } from "./b.js";\nexport const c = 1;\n',
    )
    with pytest.raises(ValueError, match=r"b\.js imports c\.js imports b\.js"):
        joined_modules(entry)


@pytest.mark.parametrize("entry", ["deck.js", "link.js"])
def test_nothing_of_the_modules_own_imports_is_left(entry):
    text = joined_modules(SCRIPTS / entry)
    assert "import {" not in text
    assert text.count("export ") == text.count("export default ") == 1


def test_every_module_belongs_to_a_component():
    used = joined_modules(SCRIPTS / "deck.js") + joined_modules(SCRIPTS / "link.js")
    assert all(f"// {path.name}\n" in used for path in SCRIPTS.glob("*.js"))


def test_the_deck_asks_nothing_of_the_network():
    styles = "".join(path.read_text() for path in (SCRIPTS.parent / "css").glob("*.css"))
    used = joined_modules(SCRIPTS / "deck.js") + styles
    assert not any(sign in used for sign in ("http:", "https:", "fetch(", "XMLHttpRequest", "@import", "url("))
