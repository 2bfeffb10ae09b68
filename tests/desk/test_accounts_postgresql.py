"""Accounts in PostgreSQL as in SQLite: the same tests, with a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, load_settings
from tests.desk.account_store import hasher, store, time
from tests.desk.test_accounts import (
    test_a_link_grows_old_and_is_replaced,
    test_a_link_is_used_once,
    test_a_log_in_forgives_earlier_mistakes,
    test_a_name_is_one_however_it_is_typed,
    test_after_five_wrong_passwords_even_the_right_one_waits,
    test_many_attempts_at_once_do_not_slip_through,
    test_reset,
    test_the_first_admin,
    test_the_last_admin_stays,
    test_two_admins_who_close_each_other_at_once,
)
from tests.desk.test_keys_and_log import test_keys, test_the_audit_log
from tests.desk.test_second_factor import (
    test_a_code_is_used_once,
    test_a_new_password_logs_out_everywhere,
    test_a_session_ends_when_nobody_uses_it,
    test_recovery_codes,
    test_the_way_in_with_a_phone,
)

__all__ = [
    "hasher",
    "store",
    "test_a_code_is_used_once",
    "test_a_link_grows_old_and_is_replaced",
    "test_a_link_is_used_once",
    "test_a_log_in_forgives_earlier_mistakes",
    "test_a_name_is_one_however_it_is_typed",
    "test_a_new_password_logs_out_everywhere",
    "test_a_session_ends_when_nobody_uses_it",
    "test_after_five_wrong_passwords_even_the_right_one_waits",
    "test_keys",
    "test_many_attempts_at_once_do_not_slip_through",
    "test_recovery_codes",
    "test_reset",
    "test_the_audit_log",
    "test_the_first_admin",
    "test_the_last_admin_stays",
    "test_the_way_in_with_a_phone",
    "test_two_admins_who_close_each_other_at_once",
    "time",
]  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture
def settings(postgresql: str, tmp_path: Path) -> Settings:
    """An empty database of the server."""
    return load_settings({"HAQ_VAR_DIR": str(tmp_path), "HAQ_ACCOUNTS_URL": postgresql})
