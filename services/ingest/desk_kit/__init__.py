"""The editors' desk: server-rendered pages under /desk/, an app of its own inside ingest's HTTP process.

How it is put together:

    session.py   who asks: `needs(Action)` and `needs_article(Action)` for endpoints, CSRF, the session cookie
    forms.py     what a form says: `Fields`, read once, size-limited
    pages.py     templates (autoescaped), navigation, flash messages; where templates and scripts lie
    app.py       puts the screens together, error pages; headers of every answer (CSP)
    presence.py  who else has an article open
    streams.py   windows that are told of changes as they happen (server-sent events)
    windows.py   those of one kind of page, and the one reader that looks for all of them
    asking.py    what the other services are asked for, within a deadline
    people.py    names of accounts by what stands in revisions and the audit log ("user:lan@bao.vn")

A feature's `screen.py` has `router` (an APIRouter with paths below /desk) and may have `NAV`; services.ingest.screens
lists it. Its templates stand in `templates/` and its scripts in `static/` beside it, under names no other feature has.
A new page is a function:

    @router.get("/lich")
    def calendar(request: Request, who: Annotated[Account, needs(Action.plan)]) -> Response:
        return page(request, who, "calendar.html", stories=…)

    @router.post("/lich")
    def add(request: Request, who: Annotated[Account, needs(Action.plan)], form: Form) -> Response:
        store.plan(engine("ingest"), form.text("title"), who.actor)
        return back("/desk/lich", "Đã thêm vào lịch.")

Every endpoint names its action with `needs` or `needs_article`, or stands in session.OPEN: the test that walks all
endpoints fails otherwise. `needs` also asks for the CSRF token of everything but GET: forms have it by
`{{ csrf }}` (the macro page templates import), scripts send it as the header X-CSRF-Token.
What changes anything goes through a feature's store with `who.actor`; errors are raised as
services.ingest.kit.errors and become pages (or problem details for scripts) by themselves.
"""
