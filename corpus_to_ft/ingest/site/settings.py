"""What can be set of how sites are read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SiteSettings(BaseModel):
    """How sites are read. Nothing here changes what a reader makes of a page, only which pages there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_private: bool = Field(default=False, description="also addresses of this machine and of its own network")
    ports: tuple[int, ...] = Field(
        default=(80, 443, 8000, 8080, 8443), description="which may be asked; with allow_private any at private ones"
    )
    max_pages: int = Field(default=1_000, ge=1, description="fetched from a site, list pages and feeds included")
    max_depth: int = Field(default=50, ge=0, description="how many links away from the start")
    max_page_mb: float = Field(default=10, gt=0, description="mebibytes of a page, unpacked")
    max_total_mb: float = Field(default=1_000, gt=0, description="mebibytes of a site in one run, as sent")
    max_minutes: float = Field(default=120, gt=0, description="for a site in one run; the next one goes on")
    delay_s: float = Field(default=1.0, ge=0, description="between two requests; robots.txt may ask for more")
    timeout_s: float = Field(default=30, gt=0, description="for a page, with all its redirects")
    connect_timeout_s: float = Field(default=10, gt=0)
    max_redirects: int = Field(default=5, ge=0)
    max_wait_s: float = Field(default=300, ge=0, description="when a server asks to be left alone; then the run stops")
    whole_host: bool = Field(default=False, description="also pages that do not lie below the start page's folder")
    files: bool = Field(default=True, description="also linked files: PDF, Word, HWP, Markdown and others")
    contact: str = Field(default="", max_length=200, description="an address that servers are told to write to")
