"""Mails that tell what became of a mail, as the standards write them (RFC 3464 appendix C, RFC 5965 appendix B)."""

import pytest

from heed.channels.returned import NoReport, read_report

OURS = "<inv_0123456789abcdef@heed.example>"


def bounce(action: str = "failed", status: str = "5.1.1", original: str = OURS, holds: str = "message/rfc822") -> bytes:
    """Appendix C.1 of RFC 3464, with a mail of ours in it."""
    return f"""Date: Thu, 7 Jul 1994 17:16:05 -0400
From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EDU>
Subject: Returned mail: Cannot send message for 5 days
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="RAA14128.773615765/CS.UTK.EDU"

--RAA14128.773615765/CS.UTK.EDU

The original message was received at Sat, 2 Jul 1994 17:10:28 -0400

--RAA14128.773615765/CS.UTK.EDU
content-type: message/delivery-status

Reporting-MTA: dns; cs.utk.edu

Original-Recipient: rfc822;louisl@larry.slip.umd.edu
Final-Recipient: rfc822;louisl@larry.slip.umd.edu
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 426 connection timed out
Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400

--RAA14128.773615765/CS.UTK.EDU
content-type: {holds}

Message-ID: {original}
From: heed@heed.example
Subject: How was it?

Hello
--RAA14128.773615765/CS.UTK.EDU--
""".replace("\n", "\r\n").encode()


def complaint(kind: str = "abuse", original: str = OURS) -> bytes:
    """Appendix B.1 of RFC 5965, with a mail of ours in it."""
    return f"""From: <abusedesk@example.com>
Date: Thu, 8 Mar 2005 17:40:36 EDT
Subject: FW: Earn money
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message received from IP 192.0.2.1.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

From: <heed@heed.example>
Message-ID: {original}
Subject: How was it?

Hello
--part1_13d.2e68ed54_boundary--
""".encode()


def test_a_mail_that_came_back_for_good_names_the_mail_it_was() -> None:
    report = read_report(bounce())
    assert (report.message_id, report.sort, report.code) == (OURS, "bounced", "5.1.1")
    assert read_report(bounce()).digest == report.digest != read_report(bounce(status="5.1.2")).digest
    assert read_report(bounce(holds="text/rfc822-headers")).message_id == OURS


@pytest.mark.parametrize(
    ("action", "status", "sort"),
    [
        ("failed", "5.2.2", "delayed"),
        ("failed", "5.7.1", "delayed"),
        ("failed", "4.0.0", "delayed"),
        ("delayed", "4.4.1", "delayed"),
        ("failed", "nonsense", "delayed"),
    ],
)
def test_a_full_mailbox_and_a_refused_mail_are_no_missing_mailbox(action: str, status: str, sort: str) -> None:
    assert read_report(bounce(action, status)).sort == sort


def test_a_complaint_is_known_and_what_is_none_is_not() -> None:
    report = read_report(complaint())
    assert (report.message_id, report.sort, report.code) == (OURS, "complained", "abuse")
    with pytest.raises(NoReport) as caught:
        read_report(complaint("not-spam"))
    assert caught.value.code == "nothing_told"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff" * 50,
        b"Subject: Hello\r\n\r\nI am not here until Monday.",
        bounce(action="delivered", status="2.0.0"),
        bounce(original=""),
        bounce().partition(b"content-type: message/rfc822")[0],
        b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 3000,
        b"x" * ((1 << 20) + 1),
    ],
)
def test_what_is_no_report_is_refused(raw: bytes) -> None:
    with pytest.raises(NoReport):
        read_report(raw)
