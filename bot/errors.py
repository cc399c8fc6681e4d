"""Every error the bot raises on purpose, as one tree.

BotError                     `sentence` for the member, `log` for the operator
├─ UserError                 shown as it is, ephemeral; nothing was held, and who refuses an edit
│  │                         adds that line (`not_charged`): sentences say nothing of money
│  ├─ BadPicture             not an image, truncated, too large, of a format we do not take
│  ├─ BadMask                empty, full, of another shape, missing
│  ├─ BadOption              out of range or unknown to the provider
│  ├─ BadParent              unknown, unfinished or foreign earlier task
│  ├─ NothingCanDoThis       no provider offers what was asked
│  ├─ LimitReached           more live tasks than allowed, prompt too long, intake closed
│  ├─ NotEnoughCredits
│  ├─ NotServed              the operator's list of servers leaves this one out
│  ├─ NotAllowed             a rule of the server, or a permission that the member lacks
│  ├─ NotYours               only its owner (or a moderator) may do that
│  ├─ MissingPermission      the bot lacks a permission in the channel
│  └─ TaskGone               the task has moved on or was let go
├─ ProviderError             ends a task; says that nothing was charged
│  ├─ NotSent                surely never reached the provider: may be tried again
│  ├─ Rejected               the provider refused the job
│  ├─ Filtered               a safety filter refused or blanked it
│  ├─ AuthFailed             the operator's key does not work
│  ├─ QuotaSpent             the operator's account is empty
│  ├─ Unavailable            the provider is down or too slow to answer
│  ├─ BadAnswer              an answer of a shape that the contract does not know
│  ├─ AmbiguousSubmit        it may or may not have started: refunded, never sent again by itself
│  ├─ DeadlinePassed         the provider took longer than its deadline
│  └─ PictureLost            a stored or delivered picture cannot be read any more
└─ StartupError              one sentence on stderr, exit code 2
   ├─ BadSettings
   ├─ BadFolder              the data folder cannot be made or written to
   ├─ DataInUse              another process drives this data folder
   ├─ BadDatabase            newer or older version, read-only, locked or broken
   └─ PortTaken              the web server's port is in use

Anything else is a bug: the member reads a reference, the log holds the traceback under it.
"""

from typing import ClassVar

NOT_CHARGED = "Nothing was charged."
AGAIN = " Try again, or pick another provider."


def not_charged(sentence: str) -> str:
    """The refusal of an edit before anything was held: says so once, on a line of its own."""
    return f"{sentence.replace(f' {NOT_CHARGED}', '')}\n{NOT_CHARGED}"


class BotError(Exception):
    """An expected error: `sentence` is safe to show, `log` is for the operator only."""

    default: ClassVar[str] = "That did not work."
    code: ClassVar[str] = "error"

    def __init__(self, sentence: str | None = None, *, log: str = "") -> None:
        self.sentence = sentence or self.default
        self.log = log
        super().__init__(log or self.sentence)


class UserError(BotError):
    """The member can mend it; shown as it is and only to them."""

    default = "That cannot be done like this."
    code = "user"


class BadPicture(UserError):
    """The picture cannot be used."""

    default = "I cannot read that picture. Please send a JPEG, PNG, WebP or GIF."
    code = "picture"


class BadMask(UserError):
    """The mask cannot be used."""

    default = "I cannot use that mask. White marks what to change, black what to keep."
    code = "mask"


class BadOption(UserError):
    """An option is out of range, or this provider does not have it."""

    default = "One of the options does not fit this provider."
    code = "option"


class BadParent(UserError):
    """The earlier task cannot be gone on from; unknown and foreign ones read the same."""

    default = "I do not know that task here. Pick one from the list that `parent` offers."
    code = "parent"


class NothingCanDoThis(UserError):
    """No provider that is switched on can do what was asked."""

    default = "No provider here can do that."
    code = "nothing"


class LimitReached(UserError):
    """A limit of the member, the server or the bot is reached."""

    default = "You have as many edits running as this server allows. Wait for one to finish."
    code = "limit"


class NotEnoughCredits(UserError):
    """No account in the guild's order covers the whole quote."""

    default = "There are not enough credits for this."
    code = "credits"


class NotServed(UserError):
    """The operator runs the bot for other servers only."""

    default = "This bot is not switched on for this server. Ask whoever runs it to add the server."
    code = "not_served"


class NotAllowed(UserError):
    """The server's rules, or the member's permissions there, do not let them."""

    default = "You cannot use this here. Ask an admin of this server."
    code = "not_allowed"


class NotYours(UserError):
    """Only the requester, or somebody who may manage messages, can do that."""

    default = "Only the person who asked for this edit can do that."
    code = "not_yours"


class MissingPermission(UserError):
    """The bot lacks a permission in the channel."""

    default = "I am missing a permission in this channel."
    code = "permission"


class TaskGone(UserError):
    """The task is not in a state where this can be done any more."""

    default = "That edit has already moved on, so nothing was changed."
    code = "gone"


class ProviderError(BotError):
    """The provider's side failed; the hold is given back."""

    default = "The provider could not do this. You were not charged." + AGAIN
    code = "provider"


class NotSent(ProviderError):
    """The job surely never reached the provider, so it may be sent again."""

    default = "The provider cannot be reached right now. You were not charged." + AGAIN
    code = "not_sent"

    def __init__(
        self, sentence: str | None = None, *, log: str = "", retry_after_s: float | None = None
    ) -> None:
        super().__init__(sentence, log=log)
        self.retry_after_s = retry_after_s


class Rejected(ProviderError):
    """The provider refused the job with a reason."""

    default = "The provider refused this job. You were not charged. Another prompt may pass."
    code = "rejected"


class Filtered(ProviderError):
    """The provider's safety filter refused the job or blanked every picture."""

    default = (
        "The provider's safety filter refused this. You were not charged. Another prompt may pass."
    )
    code = "filtered"


class AuthFailed(ProviderError):
    """The operator's key was refused."""

    default = (
        "This provider's key does not work. The operator has to mend that. You were not charged. "
        "Pick another provider meanwhile."
    )
    code = "auth"


class QuotaSpent(ProviderError):
    """The operator's account with the provider is empty."""

    default = (
        "The operator's account with this provider is empty. You were not charged. "
        "Pick another provider meanwhile."
    )
    code = "quota"


class Unavailable(ProviderError):
    """The provider does not answer."""

    default = (
        "The provider does not answer right now. You were not charged. Try again in a few minutes."
    )
    code = "unavailable"


class BadAnswer(ProviderError):
    """The provider answered something its contract does not know; `log` names only the keys."""

    default = "The provider gave an answer that I do not understand. You were not charged." + AGAIN
    code = "bad_answer"


class AmbiguousSubmit(ProviderError):
    """The job may have started; it is refunded and never sent again by itself."""

    default = (
        "I lost the connection while sending this, so I cannot know whether it started. "
        "You were not charged, and I will not send it again by myself. "
        "Press Again to try once more."
    )
    code = "unknown"


class DeadlinePassed(ProviderError):
    """The provider took longer than its deadline."""

    default = "The provider took too long, so I stopped waiting. You were not charged." + AGAIN
    code = "deadline"


class PictureLost(ProviderError):
    """A picture that should be there cannot be read."""

    default = (
        "A picture of this edit cannot be read any more. You were not charged. "
        "Send the picture again as `image`."
    )
    code = "picture_lost"


class StartupError(BotError):
    """The process cannot start; one sentence on stderr, exit code 2."""

    default = "The bot cannot start."
    code = "startup"


class BadSettings(StartupError):
    """A setting is missing, unknown or of the wrong type."""

    default = "A setting is wrong."
    code = "settings"


class BadFolder(StartupError):
    """The data folder cannot be made or written to."""

    default = "The data folder cannot be used."
    code = "folder"


class DataInUse(StartupError):
    """Another process drives this data folder."""

    default = (
        "Another inpaint-bot is already running on this data folder. "
        "Stop it first, or set DATA_DIR to another folder."
    )
    code = "in_use"


class BadDatabase(StartupError):
    """The database is newer or older than this program, read-only, locked or broken."""

    default = "The database cannot be used."
    code = "database"


class PortTaken(StartupError):
    """Another program listens where the web server is to."""

    default = "The web server's port is in use. Set WEB_PORT to another one, or to 0 for none."
    code = "port"
