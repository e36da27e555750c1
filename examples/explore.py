"""A notebook in which a clinician tries out a course: choices on top, what follows below.

Open it with ``marimo run examples/explore.py``, or ``marimo edit`` to change it.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Explore a course")

with app.setup:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar
    from zoneinfo import ZoneInfo

    import attrs
    import marimo as mo

    import kap_model as kap

    T = TypeVar("T")
    PRACTICES = {
        "Kingsley": "kingsley",
        "Regrounding": "regrounding",
        "Core: what all practices share": "core",
    }
    USUAL = "as usual"
    HELD: dict[type[kap.Session], dict[str, Any]] = {
        kap.MedicalEvaluation: {"outcome": "eligible"},
        kap.MedicalReview: {"outcome": "continue"},
        kap.Dosing: {"therapist_present": True},
    }

    def numbers(first: int, last: int, step: int = 1) -> dict[str, int | None]:
        """What a number can be; as usual: the practice's own."""
        return {USUAL: None} | {str(value): value for value in range(first, last + 1, step)}

    LENGTHS = numbers(30, 240, 10)


@app.function
def attempted(make: Callable[[], T]) -> tuple[T | None, str]:
    """What a verb gives, or nothing and its refusal in plain words."""
    try:
        return make(), ""
    except kap.InputError as error:
        said = [str(problem).removeprefix("draft: ") for problem in error.problems]
        if isinstance(error, kap.PlanningError) and error.conflict:
            said.insert(0, "These choices and the protocol contradict each other")
        return None, " ".join(f"{text[:1].upper()}{text[1:]}." for text in said)


@app.function
def drafted(choice: Mapping[str, Any]) -> kap.Plan:
    """The course that the choices make; ``None`` leaves it to the practice."""
    minutes = {kind: choice[kind] for kind in ("preparation", "dosing", "integration")}
    return kap.draft(
        choice["practice"],
        choice["start"],
        every=choice["every"],
        preparations=choice["preparations"],
        dosings=choice["dosings"],
        integrations=choice["integrations"],
        minutes={kind: length for kind, length in minutes.items() if length is not None},
        place=choice["place"],
        support_person="recorded" if choice["supported"] else None,
    )


@app.function
def under_way(plan: kap.Plan, moment: dt.datetime, *, all_booked: bool) -> kap.Plan:
    """The course at a moment: what is over was held, what is to come is booked or not."""
    sessions = [
        attrs.evolve(session, status="completed", **HELD.get(type(session), {}))
        if session.end <= moment
        else session
        for session in plan.sessions
        if all_booked or session.start <= moment
    ]
    return attrs.evolve(plan, sessions=tuple(sessions))


@app.function
def shown(value: object, refusal: str) -> Any:
    """A value as it shows itself, or its refusal in a box."""
    return mo.callout(mo.plain_text(refusal), kind="warn") if value is None else value


@app.cell(hide_code=True)
def _():
    mo.md(
        """
        # Explore a course

        Choose a practice and what you wish for; what is as usual is left to the practice. The
        course below follows at once, with what its protocol says of it, what it costs, and
        what would be due next at a moment of the course.
        """
    )


@app.cell(hide_code=True)
def _():
    form = mo.ui.dictionary(
        {
            "practice": mo.ui.dropdown(PRACTICES, value="Regrounding", label="Practice"),
            "start": mo.ui.date(value="2027-01-11", label="First session"),
            "every": mo.ui.dropdown(
                {"week": "1w", "2 weeks": "2w", "3 weeks": "3w", "4 weeks": "4w"},
                value="2 weeks",
                label="Dosings at least every",
            ),
            "preparations": mo.ui.dropdown(numbers(1, 4), value=USUAL, label="Preparations"),
            "dosings": mo.ui.dropdown(numbers(1, 12), value=USUAL, label="Dosings"),
            "integrations": mo.ui.dropdown(numbers(1, 24), value=USUAL, label="Integrations"),
            "preparation": mo.ui.dropdown(LENGTHS, value=USUAL, label="Minutes of a preparation"),
            "dosing": mo.ui.dropdown(LENGTHS, value=USUAL, label="Minutes of a dosing"),
            "integration": mo.ui.dropdown(LENGTHS, value=USUAL, label="Minutes of an integration"),
            "place": mo.ui.dropdown(["office", "remote"], value="office", label="Place"),
            "supported": mo.ui.checkbox(label="Somebody is with the client at remote dosings"),
        }
    )
    mo.vstack(
        [
            mo.hstack([form["practice"], form["start"], form["every"]], justify="start"),
            mo.hstack(
                [form["preparations"], form["dosings"], form["integrations"]], justify="start"
            ),
            mo.hstack([form["preparation"], form["dosing"], form["integration"]], justify="start"),
            mo.hstack([form["place"], form["supported"]], justify="start"),
        ]
    )
    return (form,)


@app.cell(hide_code=True)
def _(form):
    choice = form.value
    return (choice,)


@app.cell(hide_code=True)
def _(choice):
    plan, refusal = attempted(lambda: drafted(choice))
    mo.vstack([mo.md("## The course"), shown(plan, refusal)])
    return plan, refusal


@app.cell(hide_code=True)
def _(choice, plan):
    report = None if plan is None else kap.check(plan, choice["practice"])
    mo.vstack([mo.md("## What the protocol says"), shown(report, "There is no course to judge.")])
    return (report,)


@app.cell(hide_code=True)
def _(choice, plan):
    quote, no_quote = None, "There is no course to price."
    if plan is not None:
        quote, no_quote = attempted(lambda: kap.quote(plan, choice["practice"]))
    mo.vstack([mo.md("## What this course costs"), shown(quote, no_quote)])
    return no_quote, quote


@app.cell(hide_code=True)
def _(choice):
    estimate, no_estimate = attempted(lambda: kap.estimate(choice["practice"]))
    mo.vstack([mo.md("## What courses of this practice cost"), shown(estimate, no_estimate)])
    return estimate, no_estimate


@app.cell(hide_code=True)
def _(plan):
    at = mo.ui.date(
        value=dt.date(2027, 2, 1)
        if plan is None
        else plan.local_start(plan.sessions[len(plan.sessions) // 2]).date(),
        label="The evening of",
    )
    all_booked = mo.ui.checkbox(label="What is still to come is booked already")
    mo.vstack(
        [
            mo.md(
                """
                ## What is next

                At 20:00 on a day of the course. What is over by then is taken as held, with
                favourable decisions.
                """
            ),
            mo.hstack([at, all_booked], justify="start"),
        ]
    )
    return all_booked, at


@app.cell(hide_code=True)
def _(all_booked, at):
    evening, is_booked = at.value, all_booked.value
    return evening, is_booked


@app.cell(hide_code=True)
def _(choice, evening, is_booked, plan):
    steps = standing = None
    if plan is not None:
        moment = dt.datetime.combine(evening, dt.time(20), ZoneInfo(plan.timezone))
        course = under_way(plan, moment, all_booked=is_booked)
        steps = kap.next_steps(course, choice["practice"], as_of=moment)
        standing = kap.check(course, choice["practice"], as_of=moment)
    mo.vstack([shown(steps, "There is no course."), standing])
    return standing, steps


if __name__ == "__main__":
    app.run()
