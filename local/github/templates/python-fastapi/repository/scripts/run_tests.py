"""Runs a group of tests and writes tenon-test-results.json, also when the tests cannot be run at all.

    python scripts/run_tests.py [2|3]      2: feature, 3: debugging, nothing: all, your own tests included
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
RESULTS_FILE = ROOT / "tenon-test-results.json"
GROUPS = {"": ["feature", "debugging", "own"], "2": ["feature"], "3": ["debugging"]}
TIME_LIMIT_SECONDS = 5 * 60
OUTPUT_LIMIT_CHARS = 200_000


def main() -> int:
    day = sys.argv[1] if len(sys.argv) > 1 else ""
    results = run_day(day, os.environ.get("TENON_INSTALL", "success"))
    RESULTS_FILE.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"{results['passed']} passed, {results['failed']} failed")
    return 0 if results["failed"] == 0 else 1


def run_day(day: str, install_outcome: str) -> dict:
    if day not in GROUPS:
        return not_run([], f"There is no group of tests for day {day!r}.")
    groups = GROUPS[day]
    if install_outcome != "success":
        return not_run(groups, f"The dependencies could not be installed.\n{install_log()}")
    with tempfile.TemporaryDirectory(prefix="bakery-") as folder:
        report = Path(folder) / "report.xml"
        ran_well, stdout, stderr = run_pytest(groups, report)
        passed, failures, skipped = read_report(report)
    # A run that went wrong without one failing test has still failed.
    failed = max(len(failures), 0 if ran_well and passed + len(failures) > 0 else 1)
    return {
        "passed": passed,
        "failed": failed,
        "total": passed + failed,
        "stdout": shorten(stdout),
        "stderr": shorten(stderr),
        "summary": {"format": "pytest", "groups": groups, "skipped": skipped, "failures": failures},
    }


def run_pytest(groups: list[str], report: Path) -> tuple[bool, str, str]:
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *(f"tests/{group}" for group in groups)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", timeout=TIME_LIMIT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False, "", f"The tests were stopped: they have {TIME_LIMIT_SECONDS // 60} minutes.\n"
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    # pytest tells why tests could not be collected on stdout; it belongs with the errors.
    broken = done.returncode not in (0, 1)
    return done.returncode == 0, done.stdout, done.stderr + (done.stdout if broken else "")


def read_report(report: Path) -> tuple[int, list[str], int]:
    """How many tests passed, the names of those that failed, how many were skipped."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return 0, [], 0
    failures = [case.get("name", "") for case in cases if has(case, "failure", "error")]
    skipped = sum(1 for case in cases if has(case, "skipped"))
    return len(cases) - len(failures) - skipped, failures, skipped


def has(case: ElementTree.Element, *outcomes: str) -> bool:
    return any(case.find(outcome) is not None for outcome in outcomes)


def not_run(groups: list[str], reason: str) -> dict:
    print(reason, file=sys.stderr)
    summary = {"format": "pytest", "groups": groups, "skipped": 0, "failures": ["The tests could not be run"]}
    return {"passed": 0, "failed": 1, "total": 1, "stdout": "", "stderr": shorten(reason), "summary": summary}


def install_log() -> str:
    try:
        return (Path(os.environ.get("RUNNER_TEMP", "")) / "install.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def shorten(text: str) -> str:
    return text if len(text) <= OUTPUT_LIMIT_CHARS else f"{text[:OUTPUT_LIMIT_CHARS]}\n[shortened]\n"


if __name__ == "__main__":
    sys.exit(main())
