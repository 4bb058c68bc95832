"""The screens of the desk, in the order of the navigation. Each has `router` and may have `NAV`."""

SCREENS = (
    "services.ingest.accounts.screen.login",
    "services.ingest.articles.screen.home",
    # Before the form: "/bai/luu-tam" is no article's number.
    "services.ingest.articles.screen.writing",
    "services.ingest.articles.screen.articles",
    "services.ingest.articles.screen.conflict",
    "services.ingest.articles.screen.history",
    "services.ingest.articles.screen.publishing",
    "services.ingest.articles.screen.live",
    "services.ingest.media.screen",
    "services.ingest.front_page.screen",
    "services.ingest.accounts.screen.account",
    "services.ingest.accounts.screen.users",
    "services.ingest.accounts.screen.keys",
    "services.ingest.sections.screen",
    "services.ingest.articles.screen.draft_search",
    "services.ingest.planning.screen",
    "services.ingest.comments.screen",
    "services.ingest.statistics.screen",
    "services.ingest.royalties.screen",
    "services.ingest.ops.screen.audit_log",
    "services.ingest.exchange.screen",
    "services.ingest.feeds.screen",
    "services.ingest.webhooks.screen",
    "services.ingest.ops.screen.house",
)
