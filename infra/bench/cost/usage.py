"""How much of everything an edit and a quiet month use. A figure is counted, measured, or an assumption; the comment says which."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 / 1_000  # in GB, as AWS bills
KB = 1 / 1_000_000


@dataclass(frozen=True)
class Edit:
    """One edit of one photo, from the guest's scan to the end of its retention."""

    #: What Runware asks for `google:4@1`.
    provider_usd: float = 0.039

    # Requests. Assumed: the guest's page, the styles, one photo, one edit, one look at the list, five looks at the edit.
    page_requests: int = 5
    looks: int = 5
    #: Counted (`make bench`): the submit worker once, the poll worker once per poll.
    polls: int = 1

    # Lambda. Measured (`make bench`, `peak_memory_mb` and `duration_ms` of the lines `invocation`), doubled for a smaller core.
    http_seconds: float = 0.03
    worker_seconds: float = 1.5

    # Counted by the store's own capacity figures: the registration of the photo with its counts (4); admission, claim and end are a
    # transaction each, which doubles, plus the index
    # `by_status`; the reads are batches of five to eight items. Added to what was counted: an admission counts the edit in the hours
    # of guest and event (4), and reads the 16 shards of the event's hour.
    write_units: float = 68
    read_units: float = 61

    # Counted (`make bench`, which compares them), in calls of our functions; each message is also received and deleted once. One of
    # the reads is the fake provider's, which stands for one of preparing.
    messages: int = 2
    puts: int = 2
    gets: int = 2

    # Sizes. Measured: pictures of tests/fixtures/photos at quality 90 and 92 have 0.15 to 0.33 MB a megapixel, a thumbnail of 480
    # pixels 27 to 59 kB. Assumed: a photo prepared to 2,048 pixels (3.1 megapixels), an output of a megapixel.
    original_mb: float = 0
    photo_mb: float = 0.65
    output_mb: float = 0.4
    thumbnail_mb: float = 0.045
    #: `request_retention_days`
    days: int = 90

    # What guests look at. Assumed: the thumbnail of the edit three times, the picture once, and a list with 10 thumbnails that the
    # phone does not have yet.
    thumbnail_views: int = 3
    picture_views: int = 1
    list_views: int = 1
    list_length: int = 10
    listed_mb: float = 0.045

    # Logs, in kB. Measured on the local stack: our line `invocation` and what else a function logs, START, END and REPORT of Lambda,
    # and the line of the access log.
    log_kb_per_run: float = 0.9
    access_log_kb: float = 0.4

    # Our metrics. Assumed: 1,000 edits in 6 hours. Of the time series, these have values: admitted, three outcomes, queue wait, one
    # provider's latency, spend, one layer's refusals.
    hours: float = 6
    series: int = 8

    @property
    def requests(self) -> int:
        """Requests of the HTTP API."""
        return self.page_requests + self.looks

    @property
    def runs(self) -> int:
        """Invocations of functions."""
        return self.requests + self.worker_runs

    @property
    def worker_runs(self) -> int:
        """Prepare, submit, and polls."""
        return 2 + self.polls

    @property
    def stored_gb_months(self) -> float:
        """Two pictures, each with a thumbnail, and the original where it is kept."""
        stored = self.original_mb + self.photo_mb + self.output_mb + 2 * self.thumbnail_mb
        return stored * MB * self.days * 24 / 730

    @property
    def transfer_gb(self) -> float:
        """What guests download."""
        seen = self.thumbnail_views * self.thumbnail_mb + self.picture_views * self.output_mb
        return (seen + self.list_views * self.list_length * self.listed_mb) * MB


@dataclass(frozen=True)
class Visit:
    """A phone that opens the guest page for the first time; the edit's own requests go through the distribution as well."""

    #: Counted in Chromium against the built pages: the page, its script, styles and dictionaries, the later screens, the icon, the
    #: service worker and what that fetches itself. Of these, all outside `assets/` pass a CloudFront function, and CloudFront asks
    #: the bucket for them each time.
    files: int = 11
    files_outside_assets: int = 5
    #: Measured: compressed.
    files_mb: float = 0.055
    #: Assumed: an answer of the API, compressed, with its headers.
    answer_kb: float = 1.5


@dataclass(frozen=True)
class Month:
    """A stage without a single guest. Alarms, queues and schedules are counted in the templates."""

    #: Long-polling connections of Lambda to a queue that is empty, and how long each waits.
    pollers: int = 5
    poll_seconds: int = 20
    #: Measured on the local stack: a recovery that finds nothing, doubled for a smaller core.
    recovery_seconds: float = 0.5
    prune_seconds: float = 2
    #: A shard of the index `open_edits` each.
    recovery_read_units: float = 16 * 0.5
    log_kb_per_run: float = 1.2
    #: Assumed: a release a week, whose parts stay for a month. Measured: files of `web/dist`, and their size. Counted: the paths that
    #: `site publish` invalidates.
    releases: int = 4
    release_files: int = 88
    release_mb: float = 0.55
    release_paths: int = 8
