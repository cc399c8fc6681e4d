"""The operator's accounts with providers; without its key a provider is switched off."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode

RATE_MAX = 1_000_000


def _hosts(value: object) -> object:
    """Host names from a text, parted by commas or spaces."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _rates(value: object) -> object:
    """Decimals by name from a text such as `apiframe=2.5, scenario=4`."""
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.replace(",", " ").split()]
    try:
        rates = {name.lower(): Decimal(rate) for name, _, rate in pairs}
        fit = all(0 <= rate <= RATE_MAX for rate in rates.values())  # NaN cannot be compared
    except InvalidOperation:
        rates, fit = {}, False
    if not fit or len(rates) != len(pairs) or "" in rates:
        raise ValueError(f"is not like apiframe=2.5,scenario=4, each from 0 to {RATE_MAX:,}")
    return rates


Rates = Annotated[Mapping[str, Decimal], NoDecode, BeforeValidator(_rates)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)]


def _daily(title: str, unit: str) -> Any:
    """A setting for what a day may cost; empty: as much as there is."""
    return Field(
        None, gt=0, description=f"Most that {title} may be used a day (UTC), in {unit}; empty: any."
    )


class ProviderSettings(BaseSettings):
    """Keys, addresses and what the documents leave open. Prices are in the provider's own unit."""

    result_hosts: Hosts = Field(
        (),
        description=(
            "Further hosts that providers' pictures may come from, parted by commas; "
            "*.example.com is every name below it."
        ),
    )

    credits_per_unit: Rates = Field(
        {},
        description=(
            "Credits that one unit of a provider's own money costs, such as apiframe=2.5, "
            "parted by commas; what is not named costs 1."
        ),
    )

    aithriving_api_key: SecretStr = Field(SecretStr(""), description="AIThriving's API key.")
    aithriving_base_url: str = Field(
        "https://www.aithriving.com", description="Where AIThriving is."
    )
    aithriving_mask: Literal["file", "alpha"] = Field(
        "file", description="How the mask goes to AIThriving: file, or alpha of the picture."
    )

    apiframe_api_key: SecretStr = Field(SecretStr(""), description="APIFRAME's API key.")
    apiframe_base_url: str = Field("https://api.apiframe.pro", description="Where APIFRAME is.")

    iopaint_base_url: str = Field(
        "", description="Where your own IOPaint server is, such as http://127.0.0.1:8080."
    )
    iopaint_model: str = Field(
        "", description="IOPaint's model when the member names none; empty: whichever is loaded."
    )

    modelslab_api_key: SecretStr = Field(SecretStr(""), description="ModelsLab's API key.")
    modelslab_base_url: str = Field(
        "https://modelslab.com/api/v6", description="Where ModelsLab is."
    )
    modelslab_price: Decimal = Field(
        Decimal("0.005"), ge=0, description="What ModelsLab charges for a picture, in USD."
    )

    qolaba_api_key: SecretStr = Field(SecretStr(""), description="Qolaba's API key.")
    qolaba_base_url: str = Field(
        "https://qolaba-server-b2b.up.railway.app/api/v1/studio", description="Where Qolaba is."
    )
    qolaba_app_id: str = Field(
        "ap-7XmHk4LtVgFJq2cQoE3yB8", description="Which of Qolaba's apps inpaints."
    )
    qolaba_celery: bool = Field(
        True, description="Queue jobs at Qolaba; false waits for the picture in one call."
    )
    qolaba_invert_mask: bool = Field(
        False, description="Send Qolaba masks in which black is what changes."
    )
    qolaba_price: Decimal = Field(
        Decimal(6), ge=0, description="What Qolaba charges for a picture, in its credits."
    )

    scenario_api_key: SecretStr = Field(SecretStr(""), description="Scenario's API key.")
    scenario_api_secret: SecretStr = Field(SecretStr(""), description="The secret of that key.")
    scenario_base_url: str = Field(
        "https://api.cloud.scenario.com/v1", description="Where Scenario is."
    )
    scenario_project_id: str = Field("", description="Scenario's project; empty: the key's own.")
    scenario_team_id: str = Field("", description="Scenario's team, to ask for its balance.")
    scenario_model: str = Field(
        "", description="Scenario's model when the member names none; empty: the first that can."
    )
    scenario_price: Decimal = Field(
        Decimal(5), ge=0, description="What Scenario charges for a picture, in creative units."
    )

    daily_limit_aithriving: Decimal | None = _daily("AIThriving", "credits")
    daily_limit_apiframe: Decimal | None = _daily("APIFRAME", "credits")
    daily_limit_iopaint: Decimal | None = _daily("IOPaint", "pictures")
    daily_limit_local: Decimal | None = _daily("Local", "pictures")
    daily_limit_modelslab: Decimal | None = _daily("ModelsLab", "USD")
    daily_limit_qolaba: Decimal | None = _daily("Qolaba", "credits")
    daily_limit_scenario: Decimal | None = _daily("Scenario", "creative units")
