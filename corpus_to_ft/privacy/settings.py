"""The `[privacy]` section."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus_to_ft.privacy.kinds import DEFAULT_KINDS, PersonalKind

_PUNCTUATION = re.compile(r"[\s\-./()]+")


class PrivacySettings(BaseModel):
    """What happens to personal data in documents, before anything else sees them."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)

    mode: Literal["mask", "drop", "keep"] = Field(
        default="mask",
        description="a label in its place; the paragraph, item or row left out; or kept, with a warning",
    )
    types: tuple[PersonalKind, ...] = Field(default=(), description="only these; none: all but the optional ones")
    leave: tuple[PersonalKind, ...] = Field(default=(), alias="except", description="not these")
    names: bool = Field(default=False, description="also names of people before 님, 씨, 대표, 기자 and the like")
    allow: tuple[str, ...] = Field(
        default=(), description="values that are public, such as a support address; @company.co.kr is all of a domain"
    )

    @cached_property
    def kinds(self) -> frozenset[PersonalKind]:
        """What is looked for."""
        chosen = frozenset(self.types) or DEFAULT_KINDS
        names: frozenset[PersonalKind] = frozenset({"name"} if self.names else ())
        return (chosen | names) - frozenset(self.leave)

    @cached_property
    def _allowed(self) -> frozenset[str]:
        return frozenset(_bare(value) for value in self.allow)

    def allows(self, value: str) -> bool:
        """Whether this is a value that the user calls public; spaces and hyphens in it do not matter."""
        if not self._allowed:
            return False
        bare = _bare(value)
        domain = bare.rpartition("@")[2]
        return bare in self._allowed or ("@" in bare and f"@{domain}" in self._allowed)


def _bare(value: str) -> str:
    # The dots of an address are part of it.
    value = value.strip().casefold()
    return value if "@" in value else _PUNCTUATION.sub("", value)
