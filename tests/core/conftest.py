"""How long properties are tried in tests of the core: briefly and always alike, or at length in a campaign."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("house", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("campaign", deadline=None, max_examples=2000)
settings.load_profile("campaign" if os.environ.get("PB_CAMPAIGN") == "full" else "house")
