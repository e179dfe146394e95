//! Images come from known registries, and their names say what runs.

use super::{
    Case, Check, Const, Exemption, Field, ImageTest, Over, Param, ParamKind, Piece, Policy, Rule, Subject, Test,
    exempt::WORKLOADS, ir::item,
};

pub(super) static POLICY: Policy = Policy {
    name: "allowed-images",
    title: "images of other registries than the allowed ones, without a fixed version, or without a digest where one is asked for",
    fix: "use an image of an allowed registry, with the version or digest that the spec asks for",
    subject: Subject::Pods,
    level: None,
    params: &[
        Param {
            name: "registries",
            kind: ParamKind::Texts,
            about: "the registries, or folders in them, that images may come from; compared by whole segments",
        },
        Param { name: "requireDigest", kind: ParamKind::Flag, about: "whether every image must be named by its digest" },
        Param { name: "requireRegistry", kind: ParamKind::Flag, about: "whether every image must name its registry itself" },
        WORKLOADS,
    ],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "registry",
            over: Over::Containers,
            refused: Test::Not(&Test::Is(IMAGE, Check::Image(ImageTest::From("registries")))),
            at: &["image"],
            message: &[
                Piece::Container,
                Piece::Text(" runs image `"),
                Piece::Value(IMAGE),
                Piece::Text("` of a registry that is not allowed"),
            ],
        },
        Rule {
            name: "qualified",
            over: Over::Containers,
            refused: Test::All(&[
                Test::Param("requireRegistry"),
                Test::Not(&Test::Is(IMAGE, Check::Image(ImageTest::Qualified))),
            ]),
            at: &["image"],
            message: &[
                Piece::Container,
                Piece::Text(" runs image `"),
                Piece::Value(IMAGE),
                Piece::Text("`, which does not name its registry"),
            ],
        },
        Rule {
            name: "digest",
            over: Over::Containers,
            refused: Test::All(&[Test::Param("requireDigest"), Test::Not(&Test::Is(IMAGE, Check::Image(ImageTest::Digest)))]),
            at: &["image"],
            message: &[
                Piece::Container,
                Piece::Text(" runs image `"),
                Piece::Value(IMAGE),
                Piece::Text("`, which has no digest of SHA-256"),
            ],
        },
        Rule {
            name: "latest",
            over: Over::Containers,
            refused: Test::All(&[Test::Not(&Test::Param("requireDigest")), Test::Is(IMAGE, Check::Image(ImageTest::Latest))]),
            at: &["image"],
            message: &[
                Piece::Container,
                Piece::Text(" runs image `"),
                Piece::Value(IMAGE),
                Piece::Text("`, which no version fixes: give it a tag other than latest, or a digest of SHA-256"),
            ],
        },
        Rule {
            name: "volume",
            over: Over::Volumes,
            refused: Test::All(&[
                Test::Is(item(&["image"], Const::Nothing), Check::Present),
                Test::Any(&[
                    Test::Not(&Test::Is(REFERENCE, Check::Image(ImageTest::From("registries")))),
                    Test::All(&[
                        Test::Param("requireRegistry"),
                        Test::Not(&Test::Is(REFERENCE, Check::Image(ImageTest::Qualified))),
                    ]),
                    Test::All(&[Test::Param("requireDigest"), Test::Not(&Test::Is(REFERENCE, Check::Image(ImageTest::Digest)))]),
                    Test::Is(REFERENCE, Check::Image(ImageTest::Latest)),
                ]),
            ]),
            at: &["image", "reference"],
            message: &[
                Piece::Text("volume `"),
                Piece::Value(item(&["name"], Const::Text(""))),
                Piece::Text("` is image `"),
                Piece::Value(REFERENCE),
                Piece::Text("`, which is not allowed"),
            ],
        },
    ],
    case_params: &[include_str!("params.yaml"), include_str!("strict-params.yaml")],
    cases: &[
        case!("allowed-tag"),
        case!("allowed-digest"),
        case!("allowed-short-hub-name"),
        case!("allowed-image-volume"),
        case!("allowed-label-changed"),
        case!("denied-other-registry"),
        case!("denied-longer-host"),
        case!("denied-longer-folder"),
        case!("denied-folder-itself"),
        case!("denied-dots"),
        case!("denied-latest"),
        case!("denied-no-tag"),
        case!("denied-no-image"),
        case!("denied-init"),
        case!("denied-ephemeral-added"),
        case!("denied-image-changed"),
        case!("denied-image-volume"),
        case!("denied-job"),
        case!("allowed-strict-digest", 1),
        case!("denied-strict-no-digest", 1),
        case!("denied-strict-short-digest", 1),
        case!("denied-strict-short-name", 1),
        case!("denied-strict-volume-no-digest", 1),
        case!("denied-strict-volume-short-name", 1),
    ],
};

const IMAGE: Field = item(&["image"], Const::Text(""));
const REFERENCE: Field = item(&["image", "reference"], Const::Text(""));
