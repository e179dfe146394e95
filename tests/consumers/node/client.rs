//! People of the tests: client certificates signed by the CA of the node, and requests over curl.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::node::{Node, run};

/// Somebody with a client certificate.
#[derive(Clone)]
pub(crate) struct Person {
    /// The user name.
    pub(crate) user: String,
    /// The groups.
    pub(crate) groups: Vec<String>,
    certificate: PathBuf,
    key: PathBuf,
}

impl Person {
    /// Signs a certificate with the CA of the cluster.
    pub(crate) fn new(node: &Node, user: &str, groups: &[&str]) -> Self {
        Person::signed_by(node, "/etc/kubernetes/pki/ca", user, groups)
    }

    /// Signs a certificate with a CA of the node: the path of its files without their endings.
    pub(crate) fn signed_by(node: &Node, ca: &str, user: &str, groups: &[&str]) -> Self {
        let base = node.scratch().join(format!("person-{}-{}", ca.replace('/', "-"), user.replace([':', '/'], "-")));
        let (key, request, certificate, extension) =
            (base.with_extension("key"), base.with_extension("csr"), base.with_extension("crt"), base.with_extension("ext"));
        let subject: String = groups.iter().map(|group| format!("/O={group}")).collect::<String>() + &format!("/CN={user}");
        run(Command::new("openssl")
            .args(["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", &subject, "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&request));
        fs::write(&extension, "extendedKeyUsage=clientAuth\n").expect("a file");
        run(Command::new("openssl")
            .args(["x509", "-req", "-days", "1", "-CAcreateserial", "-in"])
            .arg(&request)
            .arg("-CA")
            .arg(node.path(&format!("{ca}.crt")))
            .arg("-CAkey")
            .arg(node.path(&format!("{ca}.key")))
            .arg("-extfile")
            .arg(&extension)
            .arg("-out")
            .arg(&certificate));
        Person { user: user.to_owned(), groups: groups.iter().map(|&group| group.to_owned()).collect(), certificate, key }
    }
}

impl Person {
    /// The file of the certificate.
    pub(crate) fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// The file of its key.
    pub(crate) fn key(&self) -> &Path {
        &self.key
    }
}

/// An answer of the server.
pub(crate) struct Answer {
    /// The status code; 0 when there was none.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
    /// The header `Warning`; empty where there is none.
    pub(crate) warning: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// Talks to one server.
pub(crate) struct Client {
    port: u16,
    ca: PathBuf,
    checks_name: bool,
}

impl Client {
    /// A client of a server on this machine.
    pub(crate) fn new(node: &Node, port: u16) -> Self {
        Client { port, ca: node.path("/etc/kubernetes/pki/ca.crt"), checks_name: true }
    }

    /// A client of a program that made its serving certificate itself, as kubeadm's controller manager and scheduler do.
    pub(crate) fn insecure(node: &Node, port: u16) -> Self {
        Client { checks_name: false, ..Client::new(node, port) }
    }

    /// The port it talks to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// One request; without a person it carries no credentials.
    pub(crate) fn send(&self, person: Option<&Person>, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send_as(person, method, path, body, &[])
    }

    /// One request with headers of its own.
    pub(crate) fn send_as(
        &self,
        person: Option<&Person>,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[&str],
    ) -> Answer {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--noproxy", "*", "--max-time", "20", "-o", "-", "-w", "\n%header{warning}\n%{http_code}"]);
        curl.args(["-X", method, "--cacert"]);
        curl.arg(&self.ca);
        if !self.checks_name {
            curl.arg("--insecure");
        }
        if let Some(person) = person {
            curl.arg("--cert").arg(&person.certificate).arg("--key").arg(&person.key);
        }
        for header in headers {
            curl.args(["-H", header]);
        }
        if let Some(body) = body {
            let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
            curl.args(["-H", &format!("Content-Type: {kind}"), "--data-binary", &body.to_string()]);
        }
        let output = curl
            .args(["--resolve", &format!("kubernetes:{}:127.0.0.1", self.port)])
            .arg(format!("https://kubernetes:{}{path}", self.port))
            .output()
            .expect("curl starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (text, status) = text.rsplit_once('\n').unwrap_or(("", "0"));
        let (body, warning) = text.rsplit_once('\n').unwrap_or(("", ""));
        let error = String::from_utf8_lossy(&output.stderr);
        let body = if error.is_empty() { body.to_owned() } else { format!("{body}{error}") };
        Answer { status: status.parse().unwrap_or(0), body, warning: warning.to_owned() }
    }

    /// The status of a GET.
    pub(crate) fn status(&self, person: Option<&Person>, path: &str) -> u16 {
        self.send(person, "GET", path, None).status
    }
}
