"""As whom load balancers write their access logs. Table: elb_log_accounts.yaml."""

from __future__ import annotations

from functools import cache

from sovereignty.facts import read_table


@cache
def elb_log_accounts() -> dict[str, str]:
    """Accounts of AWS by region; a region that isn't there has none."""
    return {row["region"]: row["account"] for row in read_table("elb_log_accounts")["accounts"]}
