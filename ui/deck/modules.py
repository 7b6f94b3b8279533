"""JavaScript modules as the one text that a Streamlit component takes."""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def joined_modules(entry: Path) -> str:
    """The entry module with everything it imports before it, in one scope, its default export kept.

    Modules import by name from a relative path (`import { a, b } from "./c.js";`); nothing else is understood.
    Names at the top of a module must therefore differ between modules, which the browser checks.

    Raises:
        ValueError: a module imports what another one does not export, or imports go in a circle.
    """
    parts: dict[Path, str] = {}
    _add(entry.resolve(), parts, ())
    return "\n".join(parts.values())


def _add(path: Path, parts: dict[Path, str], importers: tuple[Path, ...]) -> None:
    if path in importers:
        raise ValueError(f"{' imports '.join(each.name for each in (*importers, path))}: break this circle.")
    text = path.read_text(encoding="utf-8")
    for names, file in _IMPORT.findall(text):
        imported = (path.parent / file).resolve()
        _check(path, {name.strip() for name in names.split(",") if name.strip()}, imported)
        if imported not in parts:
            _add(imported, parts, (*importers, path))
    parts[path] = f"// {path.name}\n{_EXPORT.sub('', _IMPORT.sub('', text))}"


def _check(path: Path, names: set[str], imported: Path) -> None:
    missing = names - set(_EXPORTED.findall(imported.read_text(encoding="utf-8")))
    if missing:
        raise ValueError(f"{path.name} imports {', '.join(sorted(missing))}, which {imported.name} does not export.")
