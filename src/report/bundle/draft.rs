//! A draft of an abuse message for one source network, as a feedback report (RFC 5965). It is only ever
//! written to a file: nothing is sent, and whom to send it to has to be looked up.

use ipnet::IpNet;

use super::sources::{Network, moment};

/// Hosts of a network that a draft names.
const NAMED: usize = 100;

/// The message as it stands in the bundle. `returned` is the header block of the sample.
pub(super) fn draft(net: &IpNet, network: &Network, returned: Option<&[u8]>) -> Vec<u8> {
    let (first, last) = network.arrived.clone().unwrap_or_default();
    let sample = network.sample.as_ref();
    let source = sample.map_or_else(|| net.addr(), |(ip, _)| *ip);
    let boundary = boundary(&net.to_string(), returned.unwrap_or_default());
    let mut hosts: Vec<String> =
        network.hosts.iter().take(NAMED).map(ToString::to_string).collect();
    if network.hosts.len() > NAMED {
        hosts.push(format!("and {} more", network.hosts.len() - NAMED));
    }
    let part = match returned {
        Some(_) => "the header of one of these messages as a receiving server returned it",
        None => "no header: the receiving servers returned none",
    };
    let mut text = format!(
        "Subject: Spam with a forged sender address from {net}\n\
         X-Unsent: 1\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report;\n \
         boundary=\"{boundary}\"\n\
         \n\
         This is a draft. Nothing was sent.\n\
         \n\
         --{boundary}\n\
         Content-Type: text/plain; charset=us-ascii\n\
         \n\
         DRAFT - complete and send it yourself. Whom to write to: whois {source}\n\
         \n\
         Hello,\n\
         \n\
         hosts in your network sent mail with my address as its sender. I did not send it. I received\n\
         {} answers (bounces and automatic replies) to it.\n\
         \n\
         Network:      {net}\n\
         Hosts:        {}\n\
         First answer: {}\n\
         Last answer:  {}\n\
         \n\
         The addresses are those that the receiving servers noted in their Received lines.\n\
         Below: a report that programs can read (RFC 5965), and {part}.\n\
         \n\
         --{boundary}\n\
         Content-Type: message/feedback-report\n\
         \n\
         Feedback-Type: abuse\n\
         User-Agent: unscatter/{}\n\
         Version: 1\n\
         Source-IP: {source}\n\
         Incidents: {}\n",
        network.forged,
        hosts.join(" "),
        shown(&first),
        shown(&last),
        env!("CARGO_PKG_VERSION"),
        network.forged,
    );
    if let Some(arrival) = sample.and_then(|(_, s)| moment(&s.sent)).and_then(internet_date) {
        text.push_str(&format!("Arrival-Date: {arrival}\n"));
    }
    if let Some(mta) = sample.map(|(_, s)| s.reporting_mta.as_str()).filter(|m| host(m)) {
        text.push_str(&format!("Reporting-MTA: dns; {mta}\n"));
    }
    let mut out = text.into_bytes();
    if let Some(returned) = returned {
        out.extend_from_slice(
            format!(
                "\n--{boundary}\nContent-Type: text/rfc822-headers\nContent-Transfer-Encoding: 8bit\n\n"
            )
            .as_bytes(),
        );
        // One kind of line end in one message.
        out.extend(returned.iter().filter(|b| **b != b'\r' && **b != 0));
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    out.extend_from_slice(format!("\n--{boundary}--\n").as_bytes());
    out
}

fn shown(moment: &str) -> &str {
    if moment.is_empty() { "unknown" } else { moment }
}

/// Whether a name from mail is a plain host name.
fn host(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// RFC 5322.
fn internet_date(unix: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_second(unix).ok()?;
    Some(moment.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

/// A boundary that does not stand in the octets.
fn boundary(seed: &str, octets: &[u8]) -> String {
    let mut n = 0;
    loop {
        let hash = crate::store::Fingerprint::of(format!("{seed} {n}").as_bytes()).hex();
        let boundary = format!("unscatter-{}", &hash[..24]);
        if memchr::memmem::find(octets, boundary.as_bytes()).is_none() {
            return boundary;
        }
        n += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::Sample;
    use super::*;
    use crate::scan::{Options, judge_one};
    use crate::signals::Kind;

    fn network() -> (IpNet, Network) {
        let sample = Sample {
            order: 0,
            store: Vec::new(),
            locator: Vec::new(),
            sha256: String::new(),
            sent: "2026-08-20T13:47:03Z".into(),
            reporting_mta: "mx.example.net\r\nBcc: x".into(),
        };
        let ip: std::net::IpAddr = "192.0.2.7".parse().unwrap();
        let network = Network {
            hosts: vec![ip],
            forged: 3,
            arrived: Some(("2026-08-20T13:47:03Z".into(), "2026-08-21T13:47:03Z".into())),
            sample: Some((ip, sample)),
        };
        ("192.0.2.0/24".parse().unwrap(), network)
    }

    #[test]
    fn a_draft_is_a_feedback_report_that_programs_read() {
        let (net, network) = network();
        let headers = b"Received: from pc by mx\r\nFrom: owner@example.org\r\nTo: a@b.example\r\n";
        let draft = draft(&net, &network, Some(headers));
        let verdict = judge_one(&draft, &Options::default()).unwrap();
        assert_eq!(verdict.kind(), Kind::FeedbackReport);
        let text = String::from_utf8(draft).unwrap();
        assert!(text.contains(
            "Source-IP: 192.0.2.7\nIncidents: 3\nArrival-Date: Thu, 20 Aug 2026 13:47:03 +0000\n"
        ));
        assert!(text.contains("From: owner@example.org\n") && !text.contains('\r'));
    }

    #[test]
    fn nothing_of_a_mail_becomes_a_field_of_the_draft() {
        let (net, network) = network();
        let seed = boundary(&net.to_string(), b"");
        let forged = format!("From: x\n--{seed}\nContent-Type: text/html\n\n<b>");
        let text = String::from_utf8(draft(&net, &network, Some(forged.as_bytes()))).unwrap();
        assert!(!text.contains("Bcc"), "{text}");
        let own = text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_ne!(own, seed);
        assert_eq!(text.matches(&format!("--{own}")).count(), 4, "{text}");
    }
}
