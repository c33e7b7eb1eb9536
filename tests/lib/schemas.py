# SPDX-License-Identifier: Apache-2.0
"""Is a document as docs/schema promises? Stricter than a reader may be: a key that no schema has is wrong here, so that none comes
into the world without one."""
import copy
import functools
import glob
import json
import os

import jsonschema

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "docs", "schema")
VALIDATOR = getattr(jsonschema, "Draft202012Validator", None) or jsonschema.Draft7Validator  # Debian 11's has not heard of it; what ours use is in both
ENOUGH = 200  # records or rows of one document: a hundred thousand are alike


@functools.lru_cache(None)
def schema(name):
    with open(os.path.join(FOLDER, name + ".json")) as f:
        return json.load(f)


def strict(part):
    """With no members but those that are named."""
    if isinstance(part, list):
        return [strict(p) for p in part]
    if not isinstance(part, dict):
        return part
    closed = {key: strict(value) for key, value in part.items()}
    if isinstance(part.get("properties"), dict) and "additionalProperties" not in part and part.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


@functools.lru_cache(None)
def validator(name):
    return VALIDATOR(strict(schema(name)))


@functools.lru_cache(None)
def listing(command):
    return VALIDATOR(strict(schema("listings-1")["$defs"][command]))


@functools.lru_cache(None)
def record(kind):
    """What every record has, and what those of its kind have beside it, as one."""
    whole = schema("journal-1")
    one = copy.deepcopy(whole["$defs"][kind])
    one["properties"].update(whole["properties"])
    one["required"] += whole["required"]
    return VALIDATOR(strict(one))


def told(errors, where, partly=False):
    """One line for each; partly: somebody asked for fewer members."""
    return ["%s: %s: %s" % (where, "/".join(str(p) for p in e.absolute_path) or "the document", e.message[:300])
            for e in errors if not (partly and e.validator == "required")]


def command_of(words):
    """The listing that some words ask for: "volume list". None: they ask for none."""
    words = [w.replace("-", "_") for w in words]
    for i in range(len(words)):
        for n in (2, 1):
            name = " ".join(words[i:i + n])
            if name in schema("listings-1")["$defs"]:
                return name
    return None


OF_SCHEMA = {"evac-manage/1": "evac-manage-1", "evac-manage-plan/1": "plan-1", "evac-manage-audit/1": "audit-1"}
OF_WORD = {"explain": "explain-1", "pause": "pause-1", "resume": "pause-1"}     # those that do not say what they are


def of_document(document, words, partly=False):
    """What is wrong with the answer to some words."""
    if isinstance(document, dict) and "schema" in document:
        name = OF_SCHEMA.get(document["schema"])
        return told(validator(name).iter_errors(document), name) if name else ["no schema for %s" % document["schema"]]
    if isinstance(document, dict):
        name = next((OF_WORD[w] for w in words if w in OF_WORD), None)
        return told(validator(name).iter_errors(document), name) if name else ["no schema for %s" % " ".join(words)]
    command = command_of(words)
    if not command:
        return ["no schema for the listing of %s" % " ".join(words)]
    return told(listing(command).iter_errors(document[:ENOUGH]), command, partly)


def of_output(words, text):
    """Of what a command printed with -f json; what is cut or no JSON at all is another test's."""
    if not any(a in ("-f", "--format") and b == "json" for a, b in zip(words, words[1:])) or text[:1] not in ("[", "{"):
        return []
    if "--follow" in words:  # the records themselves, as they come
        return of_records([json.loads(line) for line in text.splitlines()])
    try:
        document = json.loads(text)
    except ValueError:
        return []
    return of_document(document, words, partly=bool({"-c", "--column"} & set(words)))


def of_saved(words):
    """The report that an audit was told to keep, where it is a file and whole."""
    wrong = []
    for option, path in zip(words, words[1:]):
        if option == "--save" and os.path.isfile(path):
            with open(path) as f:
                try:
                    document = json.load(f)
                except ValueError:
                    continue
            document["findings"] = document["findings"][:ENOUGH]
            wrong += of_document(document, words)
    return wrong


def of_log(words, text):
    if "--log-json" not in words:
        return []
    return [line for text_line in text.splitlines()[:ENOUGH] if text_line.startswith("{")
            for line in told(validator("log-1").iter_errors(json.loads(text_line)), "log-1")]


def of_records(records):
    wrong = []
    for r in [*records[:ENOUGH], *records[ENOUGH:][-50:]]:
        if r.get("type") in schema("journal-1")["$defs"]:
            wrong += told(record(r["type"]).iter_errors(r), "journal-1 %s" % r["type"])
        else:
            wrong.append("no schema for a record of type %r" % r.get("type"))
    return wrong


def of_journals(state):
    """Those of a state directory, as far as their lines are whole."""
    wrong = []
    for path in glob.glob(os.path.join(state, "journal", "*.jsonl")):
        records = []
        with open(path, errors="replace") as f:
            for line in f:
                try:
                    records.append(json.loads(line))
                except ValueError:
                    break
        wrong += of_records([r for r in records if isinstance(r, dict)])
    return wrong


def of_rehearsal(document):
    """What evac-rehearse prints: its own members, and evac-manage's plan in it."""
    wrong = told(validator("rehearsal-1").iter_errors(document), "evac-rehearse")
    return wrong + (told(validator("evac-manage-1").iter_errors(document["plan"]), "its plan") if document["plan"] else [])
