"""What hypothesis calls when it is imported: our classes get the strategies of `hotdesk.strategies`.

Those are imported only when one is drawn from, for they import hypothesis.
"""

from typing import Any

from . import _native as native


def register() -> None:
    """Register the classes."""
    from hypothesis import strategies as st

    for kind in (
        native.Secret,
        native.AppInfo,
        native.Login,
        native.Logout,
        native.LogoutAll,
        native.DeviceUserQuery,
        native.UserDevicesQuery,
        native.CheckUser,
        native.DeviceProfileQuery,
        native.DeviceResult,
    ):
        st.register_type_strategy(kind, _strategy)


def _strategy(kind: type) -> Any:  # noqa: ANN401
    from . import strategies

    return strategies.of(kind)
