"""Why models are not passed, a line for every finding."""

from collections.abc import Iterable

from bitbucket_integration.judged_report import JudgedModel
from bitbucket_integration.plain_words import count
from comment.level_marks import marked
from comment.markdown import code, text

_PER_MODEL = 3
_LONGEST = 400


def finding_lines(models: Iterable[JudgedModel], names: dict[str, str], most: int) -> list[str]:
    """List so many findings; what is left out is counted, below its model or at the end."""
    lines: list[str] = []
    left_out = shown = 0
    for model in models:
        findings = model.findings[: min(_PER_MODEL, most - shown)]
        shown += len(findings)
        more = len(model.findings) - len(findings)
        if not findings:
            left_out += more
            continue
        name = code(names[model.diff.model])
        lines += [f"- {marked(one.level, name)}: {text(one.text, _LONGEST)}" for one in findings]
        if more:
            lines.append(f"- {name}: {count(more, 'more finding')}")
    if left_out:
        lines.append(f"- … and {count(left_out, 'finding')} about other models")
    return lines
