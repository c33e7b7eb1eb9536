# SPDX-License-Identifier: Apache-2.0
"""Dumps, as mariadb-dump, mysqldump and mydumper write them: their statements, one after the other, and whether the dump is whole.

Only statements that are understood are given on, in a form of our own: whatever else a dump may hold (accounts, triggers, settings) is passed over.
"""
import bz2
import gzip
import lzma
import os
import re
import subprocess
import zlib
from dataclasses import dataclass, field

from mask import EMPTY, TABLES

SYSTEM = ("mysql", "sys", "information_schema", "performance_schema", "test")
_string = rb"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|\"[^\"\\]*(?:(?:\\.|\"\")[^\"\\]*)*\""
_strings = re.compile(_string, re.S)
_value = re.compile(rb"\s*((?:_binary )?(?:" + _string + rb")|NULL|[-+0-9.eE]+|0[xX][0-9A-Fa-f]*|[bB]'[01]*')\s*([,)])", re.S)
_between = re.compile(rb"\s*([,;])\s*(\(?)", re.S)
_insert = re.compile(rb"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+(?:`([^`]+)`\.)?`([^`]+)`\s*(?:\(([^()]*)\)\s*)?VALUES\s*\(", re.I)
_create_table = re.compile(rb"CREATE TABLE\s+(?:IF NOT EXISTS\s+)?(?:`([^`]+)`\.)?`([^`]+)`\s*\(", re.I)
_use = re.compile(rb"USE\s+`([^`]+)`", re.I)
_names = re.compile(rb"SET NAMES\s+'?(\w+)", re.I)
_column = re.compile(rb"^\s*`([^`]+)`", re.M)
_header = re.compile(rb"-- Host: .*Database: (\S+)")
# MySQL 8's orders, which MariaDB 10 does not know
_foreign_order = re.compile(rb"utf8mb4_0900_\w+")
_table_file = re.compile(r"(?P<db>[^.]+)\.(?P<table>[^.]+)(?P<schema>-schema)?(?:\.\d+)*\.sql(?:\.gz|\.zst)?$")


@dataclass
class Source:
    """One dump, and what has been seen of it."""
    name: str
    kind: str = "unknown"               # mariadb-dump, mysqldump, mydumper
    cut: str = ""                       # where it ends too early
    notes: list = field(default_factory=list)
    rows: int = 0
    tables: int = 0


class NotUnderstood(Exception):
    pass


def lines_of(path, source):
    """Of a file, plain or packed; what ends too early is said in the source."""
    with open(path, "rb") as f:
        magic = f.read(6)
    packed = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}.get(magic[:2])
    if magic[:4] == b"\x28\xb5\x2f\xfd":
        yield from _zstd(path, source)
        return
    with (packed or open)(path, "rb") as f:
        try:
            yield from f
        except (EOFError, zlib.error, OSError, lzma.LZMAError) as e:
            source.cut = "%s: the packed file ends too early (%s)" % (os.path.basename(path), e)


def _zstd(path, source):
    try:
        child = subprocess.Popen(["zstd", "-dcq", "--", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        source.cut = "%s: the program zstd is not installed" % os.path.basename(path)
        return
    with child:
        yield from child.stdout
        said = child.stderr.read().decode("utf-8", "replace").strip().splitlines()
    if child.returncode != 0:
        source.cut = "%s: the packed file ends too early (%s)" % (os.path.basename(path), said[-1] if said else "zstd failed")


def _is_whole(statement):
    quotes = statement.count(b"'") - statement.count(b"\\'")
    return (quotes % 2 == 0 and b'"' not in statement) or not re.search(rb"['\"]", _strings.sub(b"", statement))


def statements(lines, comment):
    """Each without its semicolon's line end; comment() hears the lines between. The last one may be half: then it is (False, what is there)."""
    held, passing = [], False
    for line in lines:
        if passing:
            passing = not line.upper().startswith(b"DELIMITER ;")
            continue
        if not held:
            if line.startswith((b"--", b"#")) or not line.strip():
                comment(line)
                continue
            if line.startswith(b"/*") and line.rstrip().endswith(b"*/"):      # MariaDB's first line: /*M!999999\\- enable the sandbox mode */
                continue
            if line.upper().startswith(b"DELIMITER"):
                passing = True
                continue
        held.append(line)
        if line.rstrip().endswith(b";"):
            whole = b"".join(held)
            if _is_whole(whole):
                yield True, whole.strip()
                held = []
    if held:
        yield False, b"".join(held)


def rows(statement, at):
    """The literals of each row; at: behind the first parenthesis."""
    row = []
    while True:
        found = _value.match(statement, at)
        if not found:
            raise NotUnderstood("a value that is none, at byte %d of a statement" % at)
        row.append(found[1])
        at = found.end()
        if found[2] == b",":
            continue
        yield row
        row = []
        found = _between.match(statement, at)
        if not found or (found[1] == b",") != bool(found[2]):
            raise NotUnderstood("neither a row nor an end, at byte %d of a statement" % at)
        at = found.end()
        if found[1] == b";":
            if statement[at:].strip():
                raise NotUnderstood("a second statement in one line")
            return


class Reader:
    """Of all dumps of one run, into a loader: begin(database), create(database, table, statement), insert(database, table, columns, rows)."""

    def __init__(self, loader):
        self.loader = loader
        self.columns = {}       # {(database, table): [column]}
        self.from_where = {}    # {database: source's name}
        self.sources = []

    def read(self, path, name=None, lines=None):
        """A file, a folder, or the lines of a program; name: of the database, where the dump is of one and does not say so."""
        source = Source(path)
        self.sources.append(source)
        if lines is None and os.path.isdir(path):
            self._folder(path, source)
        else:
            self._file(lines if lines is not None else lines_of(path, source), source, name or None, os.path.basename(path).partition(".")[0])
        if source.tables == 0 and not source.cut:
            source.notes.append("has no table")
        return source

    def _file(self, lines, source, named, stem):
        seen = {"database": named, "end": False, "header": False}

        def comment(line):
            if line.startswith((b"-- MariaDB dump", b"-- MySQL dump")):
                source.kind = "mysqldump" if b"MySQL" in line else "mariadb-dump"
                seen["header"] = True
            found = _header.match(line)
            if found and not named:
                seen["database"] = found[1].decode()
            seen["end"] = seen["end"] or line.startswith(b"-- Dump completed")
        last = self._statements(lines, source, seen, comment, stem)
        if not source.cut and seen["header"] and not seen["end"]:
            source.cut = "%s: no line 'Dump completed' at its end" % source.name
        if source.cut and last:
            source.cut += "; the last table is %s" % last
        if not seen["header"] and source.tables and not source.cut:
            source.notes.append("has no comments: nothing in it says whether it is whole")

    def _folder(self, path, source):
        source.kind = "mydumper"
        names = sorted(os.listdir(path))
        if "metadata" not in names:
            source.cut = "%s: %s" % (path, "metadata.partial: mydumper has not ended" if "metadata.partial" in names else "no file metadata: not a whole folder of mydumper")
        else:
            with open(os.path.join(path, "metadata"), "rb") as f:
                if b"Finished dump at" not in f.read():
                    source.notes.append("its metadata does not say that it is whole")
        files = [(m["db"], not m["schema"], n) for n in names for m in [_table_file.match(n)] if m]
        for database, _, name in sorted(files):
            if database not in SYSTEM:
                self._statements(lines_of(os.path.join(path, name), source), source, {"database": database}, lambda _: None, database)

    def _statements(self, lines, source, seen, comment, stem):
        last = ""
        for whole, statement in statements(lines, comment):
            if not whole:
                source.cut = source.cut or "%s: ends in the middle of a statement" % source.name
                statement = _whole_rows(statement)
            statement = _without_hint(statement)
            found = _use.match(statement)
            if found:
                seen["database"] = found[1].decode()
                continue
            found = _names.match(statement)
            if found:
                self.loader.names(found[1].decode().lower())
                continue
            found = _create_table.match(statement) or _insert.match(statement)
            if not found:
                if statement[:7].upper() in (b"INSERT ", b"REPLACE"):
                    raise NotUnderstood("rows in a form that none of the three programs writes: %s" % statement[:60].decode("utf-8", "replace").partition("VALUES")[0])
                continue
            database = (found[1] or b"").decode() or seen["database"] or stem
            table = found[2].decode()
            last = "%s.%s" % (database, table)
            if database in SYSTEM or not whole and found.re is _create_table:
                continue
            self._begin(database, source)
            if found.re is _create_table:
                self._create(database, table, statement, source)
            else:
                self._insert(database, table, statement, found, source)
        return last

    def _begin(self, database, source):
        if self.from_where.setdefault(database, source.name) != source.name:
            raise NotUnderstood("database '%s' is in %s and in %s: give one another name, NAME=DUMP" % (database, self.from_where[database], source.name))
        self.loader.begin(database)

    def _create(self, database, table, statement, source):
        columns = [c.decode() for c in _column.findall(statement[statement.index(b"(") + 1:])]
        self.columns[database, table] = columns
        source.tables += 1
        if table in TABLES or table in EMPTY:
            self.loader.create(database, table, _foreign_order.sub(b"utf8mb4_general_ci", statement))

    def _insert(self, database, table, statement, found, source):
        if table not in TABLES:
            return
        columns = [c.strip().strip(b"`").decode() for c in found[3].split(b",")] if found[3] else self.columns.get((database, table))
        if not columns:
            source.notes.append("%s.%s has rows and no CREATE TABLE" % (database, table))
            return

        def counted():
            for row in rows(statement, found.end()):
                if len(row) != len(columns):
                    raise NotUnderstood("%s.%s has %d columns, and a row has %d values" % (database, table, len(columns), len(row)))
                source.rows += 1
                yield row
        self.loader.insert(database, table, columns, counted())


def _without_hint(statement):
    """/*!40101 SET NAMES utf8 */; is a statement as any other."""
    found = re.match(rb"/\*M?!\d+\s+(.*?)\s*\*/;?$", statement, re.S)
    return found[1] if found else statement


def _whole_rows(statement):
    """Of an INSERT that ends in the middle, the rows that are whole."""
    found = _insert.match(statement)
    if not found:
        return statement
    at = end = found.end()
    while True:
        value = _value.match(statement, at)
        if not value:
            break
        at = value.end()
        if value[2] == b")":
            end = at
            between = re.compile(rb"\s*,\s*\(").match(statement, at)
            if not between:
                break
            at = between.end()
    return statement[:end] + b";" if end > found.end() else b""
