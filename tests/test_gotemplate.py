"""Go templates: what they show, and that what Prometheus refuses is underlined."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import tool

from obsgen.gotemplate import FUNCTIONS, SINCE, Template, parse_template
from obsgen.units import Unit


def label_names(template: Template) -> list[str]:
    return [label.name for label in template.labels]


def underlined(text: str) -> list[tuple[str, str, str]]:
    """Each error as message, underlined characters and hint."""
    return [(e.message, text[e.start : e.end], e.hint) for e in parse_template(text).errors]


@pytest.mark.parametrize(
    "text",
    [
        "{{ $labels.pod }}",
        "{{$labels.pod}}",
        "{{- $labels.pod -}}",
        "{{ .Labels.pod }}",
        "{{ $.Labels.pod }}",
        '{{ index $labels "pod" }}',
        "{{ index .Labels `pod` }}",
        "{{ ($labels).pod }}",
        "{{ with $labels }}{{ .pod }}{{ end }}",
        "{{ $all := $labels }}{{ $all.pod }}",
        "{{ $labels.pod | toUpper }}",
        '{{ if eq $labels.pod "a" }}a{{ end }}',
        '{{ query "up" | first | value }}{{ title $labels.pod }}',
        '{{ range query "up" }}{{ $labels.pod }}{{ end }}',
        "{{ `}}` }}{{ $labels.pod }}",
        '{{ "}}" }}{{ $labels.pod }}',
        "{{/* }} $labels.none */}}{{ $labels.pod }}",
        "{{ if $value }}{{ else if $labels.pod }}{{ else }}{{ end }}",
        '{{ define "x" }}{{ .some }}{{ end }}{{ template "x" $labels.pod }}',
        "{{ $value\n | humanize }} {{\n$labels.pod }}",
    ],
)
def test_a_label_is_found_in_each_spelling_with_the_place_of_its_name(text: str):
    template = parse_template(text)

    assert (["pod"], ()) == (label_names(template), template.errors)
    assert ["pod"] == [text[label.start : label.end] for label in template.labels]


@pytest.mark.parametrize(
    "text",
    [
        '{{ range query "up" }}{{ .Labels.pod }}{{ end }}',
        '{{ with query "up" }}{{ (first .).Labels.pod }}{{ end }}',
        "{{ $externalLabels.pod }}",
        "$labels.pod",
        '{{ "$labels.pod" }}',
        '{{ define "x" }}{{ .Labels.pod }}{{ end }}',
    ],
)
def test_labels_of_others_are_not_labels_of_the_alert(text: str):
    assert [] == label_names(parse_template(text))


def test_external_labels_are_told_apart():
    template = parse_template("{{ $externalLabels.region }}{{ .ExternalLabels.cell }}")

    assert ["region", "cell"] == [label.name for label in template.external_labels]


@pytest.mark.parametrize(
    ("text", "pipes"),
    [
        ("{{ $value }}", []),
        ("{{ $value | humanize }}", ["humanize"]),
        ("{{ humanize $value }}", ["humanize"]),
        ("{{ .Value | humanize | title }}", ["humanize", "title"]),
        ('{{ printf "%.1f" $value | toUpper }}', ["printf", "toUpper"]),
        ('{{ (printf "%.1f" $value) | toUpper }}', ["printf", "toUpper"]),
        ("{{ $v := $value }}{{ $v | humanizeDuration }}", ["humanizeDuration"]),
        ("{{ with $value }}{{ . | humanize }}{{ end }}", ["humanize"]),
        ("{{ $.Value | humanize }}", ["humanize"]),
    ],
)
def test_what_the_value_goes_through_is_told_in_order(text: str, pipes: list[str]):
    template = parse_template(text)

    assert (True, pipes, ()) == (
        template.uses_value,
        [pipe.name for pipe in template.value_pipes],
        template.errors,
    )
    assert pipes == [text[pipe.start : pipe.end] for pipe in template.value_pipes]


@pytest.mark.parametrize(
    "text", ['{{ query "up" | first | value | humanize }}', "{{ $labels.value }}", "value"]
)
def test_other_values_are_not_the_value_of_the_alert(text: str):
    template = parse_template(text)

    assert (False, ()) == (template.uses_value, template.value_pipes)


@pytest.mark.parametrize(
    ("text", "message", "at", "hint"),
    [
        ("a {{ $value", "`{{` is not closed", "{{", "write `}}` at its end"),
        ("{{ $value }", "`{{` is not closed", "{{", "write `}}` at its end"),
        (
            "{{ $value | humanise }}",
            "function `humanise` does not exist",
            "humanise",
            "did you mean `humanize`?",
        ),
        (
            "{{ labels.pod }}",
            "function `labels` does not exist",
            "labels",
            "did you mean `$labels`?",
        ),
        (
            "{{ pod }}",
            "function `pod` does not exist",
            "pod",
            "a label is written `$labels.name`, a text in quotes",
        ),
        (
            '{{ tmpl "x" . }}',
            "function `tmpl` does not exist",
            "tmpl",
            'write {{ template "name" . }}: `tmpl` exists in console templates only',
        ),
        (
            "{{ $label.pod }}",
            "variable `$label` is not declared",
            "$label",
            "did you mean `$labels`?",
        ),
        (
            "{{ $Value }}",
            "variable `$Value` is not declared",
            "$Value",
            "did you mean `$value`?",
        ),
        (
            '{{ define "x" }}{{ $value }}{{ end }}',
            "variable `$value` is not declared",
            "$value",
            "a template of its own sees only what it is given: `.`",
        ),
        ("{{ .Foo }}", "an alert has no field `.Foo`", ".Foo", "write `$labels.Foo`"),
        ("{{ .labels }}", "an alert has no field `.labels`", ".labels", "did you mean `.Labels`?"),
        ("{{ $labels.a.b }}", "a text has no field `.b`", ".b", ""),
        ("{{ $value.x }}", "a number has no field `.x`", ".x", ""),
        (
            "{{ if $value }}x",
            "`if` has no `end`",
            "{{ if $value }}",
            "write `{{ end }}` where it ends",
        ),
        ("{{ end }}", "`end` belongs to no `if`, `range` or `with`", "end", ""),
        ("{{ else }}", "`else` belongs to no `if`, `range` or `with`", "else", ""),
        (
            "{{ if 1 }}{{ else }}{{ else }}{{ end }}",
            "`if` has an `else` already",
            "else",
            "write `{{ end }}` before",
        ),
        ("{{ }}", "an action that says nothing", "}}", ""),
        ("{{ $value | }}", "nothing follows `|`", "|", ""),
        (
            "{{ $value humanize }}",
            "`humanize` stands where `|` or `}}` belongs",
            "humanize",
            "write `$value | humanize`",
        ),
        ("{{ humanize }}", "`humanize` takes 1 argument, not 0", "humanize", ""),
        (
            "{{ value }}",
            "`value` takes 1 argument, not 0",
            "value",
            "did you mean `$value`?",
        ),
        (
            r'{{ match "\d+" $labels.a }}',
            r"`\d` is not an escape",
            r"\d",
            r"write `\\d`, or the text in backquotes",
        ),
        (
            "{{ index $labels 'ab' }}",
            "single quotes hold one character",
            "'ab'",
            'write it in double quotes: "ab"',
        ),
        ('{{ "abc }}', 'text after `"` has no end', '"', 'write `"` at its end'),
        ("{{ $value% }}", "`%` cannot follow `$value`", "%", ""),
        (
            "{{ .Labels.a-b }}",
            "`-` cannot follow `.a`",
            "-",
            'names with other characters: `index $labels "a-b"`',
        ),
        ("{{ ($value }}", "`(` is not closed", "(", "write `)` at its end"),
        ("{{ $value ) }}", "`)` closes nothing", ")", ""),
        ("{{ 12abc }}", "`12abc` is not a number", "12abc", ""),
        (
            "{{/* x */ }}",
            "comment does not end with its action",
            "*/",
            "write `*/}}`, with nothing between",
        ),
        ("{{ break }}", "`break` stands outside of a `range`", "break", ""),
        (
            '{{ template "y" }}',
            "template `y` is not defined in this text",
            '"y"',
            "",
        ),
    ],
)
def test_a_mistake_is_underlined_where_it_stands(text: str, message: str, at: str, hint: str):
    assert [(message, at, hint)] == underlined(text)


def test_all_mistakes_of_a_text_are_told():
    text = "{{ foo }} {{ $bar }} {{ if 1 }} {{ 'ab' }}"

    assert [3, 13, 21, 35] == [error.start for error in parse_template(text).errors]


def test_an_unreadable_action_does_not_hide_the_next():
    assert ["pod"] == label_names(parse_template("{{ $value {{ $labels.pod }}"))


def test_a_mistake_in_a_condition_is_not_told_twice():
    assert 1 == len(underlined("{{ if foo }}a{{ else }}b{{ end }}"))


def test_deep_parentheses_are_an_error_and_no_crash():
    text = "{{ " + "(" * 10_000 + "1" + ")" * 10_000 + " }}"

    assert ["parentheses nest too deeply"] == [e.message for e in parse_template(text).errors]


@pytest.mark.parametrize("unit", ["s", "ms", "bytes", "MiB", "ratio", "percent", "USD/h", "/s"])
def test_the_templates_of_units_are_sound(unit: str):
    template = parse_template(Unit.parse(unit.replace("/s", "count/s")).value_template)

    assert (True, ()) == (template.uses_value, template.errors)


PIECES = st.sampled_from(
    [
        *("{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "(", ")", "|", ":=", "=", ",", '"', "`", "'"),
        *("$labels", "$value", "$", ".", ".x", ".Labels", "$x", "1", "-", "\\", "\n", " ", "é"),
        *("if", "else", "end", "range", "with", "define", "template", "block", "break", "nil"),
        *("humanize", "index", "printf", "foo", '"a"', "`a`", "'a'", "{", "}", "\0", "\u202e"),
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text())
@example("{{")
@example("{{ $x")
@example("{{ ")
@example("{{ )")
def test_any_text_can_be_read_and_each_place_lies_inside(text: str):
    template = parse_template(text)

    places = (*template.labels, *template.value_pipes, *template.functions, *template.errors)
    assert all(0 <= place.start <= place.end <= len(text) for place in places)


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_what_is_no_template_is_no_error(text: str):
    assert () == parse_template(text.replace("{{", "{ {")).errors


# The real judge reads all texts as annotations of one file.

GOOD = (
    "{{ $value }}",
    "{{- /* c */ -}}",
    "{{-3}}",
    "{{ +.5 }}{{ 1i }}{{ 0x1F }}{{ 1_000 }}",
    "{{ $x:=3 }}{{ $x = 4 }}",
    "{{ range $i, $e := query `up` }}{{ $i }}{{ continue }}{{ else }}{{ end }}",
    "{{ if 1 }}{{ else if 2 }}{{ else }}{{ end }}",
    "{{ block `z` . }}{{ . }}{{ end }}",
    "{{ \"\\u00e9\\x41\\101\\\"\" }}{{ '\\'' }}",
    "{{ (query `up` | first).Value }}",
    "}} { {{ $value|humanize|title }}",
    "{{ with $x := $value }}{{ $x }}{{ end }}",
    "{{ print nil true 'a' }}",
    *(f"{{{{ if false }}}}{{{{ {f} {'1 ' * n[0]}}}}}{{{{ end }}}}" for f, n in FUNCTIONS.items()),
)
BAD = (
    "{{ $value",
    "{{ $value }",
    "{{/* c */ }}",
    "{{ /* c */ }}",
    "{{ foo }}",
    "{{ $foo }}",
    "{{ }}",
    "{{-}}",
    '{{ "a\\d" }}',
    "{{ 'ab' }}",
    "{{ end }}",
    "{{ if 1 }}",
    "{{ if }}{{ end }}",
    "{{ if 1 }}{{ else with 2 }}{{ end }}",
    "{{ with 1 }}{{ else if 2 }}{{ end }}",
    "{{ if 1 }}{{ define `x` }}{{ end }}{{ end }}",
    "{{ range $i, $e, $f := query `up` }}{{ end }}",
    "{{ range $a, 3 }}{{ end }}",
    '{{ $value | "x" }}',
    '{{ print "a""b" }}',
    "{{ 12abc }}",
    "{{ ..b }}",
    "{{ 1.b }}{{ end }}",
    "{{ $value, }}",
    "{{ @ }}",
    "{{ break }}",
    "{{ tmpl `x` . }}",
    "{{ template x }}",
    "{{ with $x := $value }}{{ end }}{{ $x }}",
)


def refused_by_promtool(texts: tuple[str, ...], tmp_path: Path) -> set[str]:
    rules = [
        {"alert": f"A{number}", "expr": "up", "annotations": {"text": text}}
        for number, text in enumerate(texts)
    ]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}))
    done = subprocess.run(
        [tool("promtool"), "check", "rules", file], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return {text for number, text in enumerate(texts) if f'"A{number}"' in said}


def is_known_to_promtool(text: str) -> bool:
    return not any(f"{{{{ {name} " in text for name in SINCE)


def test_what_is_sound_is_taken_by_promtool_too(tmp_path: Path):
    texts = tuple(filter(is_known_to_promtool, GOOD))

    assert set() == refused_by_promtool(texts, tmp_path)
    assert [] == [text for text in GOOD if parse_template(text).errors]


def test_what_promtool_refuses_is_an_error(tmp_path: Path):
    assert set(BAD) == refused_by_promtool(BAD, tmp_path)
    assert [] == [text for text in BAD if not parse_template(text).errors]


def test_a_query_that_is_written_out_is_told_with_its_characters():
    text = '{{ with query "sum(up)" }}{{ . | len }}{{ end }}{{ range query `up` }}{{ end }}'

    found = parse_template(text).queries

    assert ["sum(up)", "up"] == [query.text for query in found]
    assert ["sum(up)", "up"] == [text[query.start : query.end] for query in found]


def test_a_query_with_escapes_is_left_alone():
    assert () == parse_template('{{ query "up{job=\\"x\\"}" }}').queries
