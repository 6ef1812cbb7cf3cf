"""Every table of a release, column by column."""

from yesif.core.corpus.tables import Column, Table

_FILE = Column("file_id", "string", "the sample: V##_S####_I########_P####")
_SCENE = Column("interaction_key", "string", "one take of one scene: V##_S####_I########")
_PERSON = Column("participant_key", "string", "a performer's pseudonym in this line of releases: V##_P####")
_START = Column("start_s", "float64", "start, take time", "s")
_END = Column("end_s", "float64", "end, take time", "s")

PARTICIPANTS = Table(
    "participants",
    "Who performs, under a pseudonym",
    ("participant_key",),
    (
        _PERSON,
        Column("split_group", "string", "sealed when the performer joined, before the first match"),
        Column("bfi_status", "string", "answered | declined | not-asked"),
        *(Column(f"bfi_{d}", "float64", f"BFI-2 domain mean, {d}", "1–5", "not answered") for d in "eacno"),
        Column("languages", "string", "languages the performer names, comma-separated", empty="none named"),
        Column("n_sessions", "int64", "sessions of this performer in this release"),
    ),
)
SESSIONS = Table(
    "sessions",
    "One cast's meeting in a room",
    ("session_key",),
    (
        Column("session_key", "string", "V##_S####"),
        Column("label", "string", "improvised"),
        Column("split", "string", "train | dev | test"),
        Column("relationship", "string", "how the two know each other", empty="not told"),
        Column("relationship_detail", "string", "in their own words", empty="not told"),
        Column("n_scenes", "int64", "takes of this session in this release"),
    ),
)
PROMPTS = Table(
    "prompts",
    "The cards that were played",
    ("prompt_id", "deck_version"),
    (
        Column("prompt_id", "string", "the card's key in its deck"),
        Column("deck", "string", "the deck's key"),
        Column("deck_version", "string", "the deck's version"),
        Column("kind", "string", "role_play"),
        Column("text", "string", "what both read"),
        Column("text_a", "string", "what only role A read"),
        Column("text_b", "string", "what only role B read"),
        Column("intensity", "int64", "1 light … 4 very heavy"),
    ),
)
SCENES = Table(
    "scenes",
    "One take of one card",
    ("interaction_key",),
    (
        _SCENE,
        Column("session_key", "string", "V##_S####"),
        Column("prompt_id", "string", "the card's key"),
        Column("deck_version", "string", "the deck's version"),
        Column("order_in_session", "int64", "1 is the first card of the session"),
        Column("take", "int64", "1 is the first attempt"),
        Column("t_start_s", "float64", "when it began, session clock", "s"),
        Column("duration_s", "float64", "from action to cut", "s"),
        Column("n_released_members", "int64", "performances of this take in this release"),
    ),
)
ROLES = Table(
    "roles",
    "Which role each performer had, and what only they were told",
    ("interaction_key", "participant_key"),
    (
        _SCENE,
        _PERSON,
        Column("role", "string", "A or B: which objective of the card was theirs"),
        Column("personality_note", "string", "what this performer was told and the partner was not", empty="no note"),
        Column("ipc", "string", "interpersonal circumplex code of the note, A{P,N,M}C{P,N,M}", empty="no code"),
        Column("ipc_agency", "int64", "−1, 0, 1", empty="no code"),
        Column("ipc_communion", "int64", "−1, 0, 1", empty="no code"),
    ),
)
RECORDINGS = Table(
    "recordings",
    "One row per sample",
    ("file_id",),
    (
        _FILE,
        _SCENE,
        _PERSON,
        Column("partner_file_id", "string", "the partner's sample", empty="the partner is not in this release"),
        Column("config", "string", "the config that holds it"),
        Column("split", "string", "train | dev | test"),
        Column("shard", "string", "its tar, below the release"),
        Column("duration_s", "float64", "from action to cut", "s"),
        Column("sample_rate", "int64", "of the voice", "Hz", "no voice in this config"),
        Column("bit_depth", "int64", "of the voice", "bit", "no voice in this config"),
        Column("width", "int64", "of the picture", "px", "no picture in this config"),
        Column("height", "int64", "of the picture", "px", "no picture in this config"),
        Column("frames", "int64", "pictures", "", "no picture in this config, or part of it was blanked"),
        Column("sealed_s", "float64", "blanked because the performer sealed it", "s"),
        Column("sync_offset_s", "float64", "correction to the session clock", "s", "not measured"),
        Column("sync_drift_ppm", "float64", "drift against the session clock", "ppm", "not measured"),
        Column("sync_uncertainty_s", "float64", "of the offset", "s", "not measured"),
        Column("qa_verdict", "string", "pass | warn | fail: the worst finding"),
    ),
)
WORDS = Table(
    "words",
    "Words with their times",
    ("file_id", "index"),
    (
        _FILE,
        Column("index", "int64", "0 is the first word"),
        _START,
        _END,
        Column("word", "string", "as said"),
        Column("score", "float64", "how sure the method is", "0–1", "the method gives none"),
        Column("prominence", "float64", "emphasis: about 0 unstressed, above 2 emphatic", "", "not measured"),
        Column("boundary", "float64", "strength of the boundary after it", "", "not measured, or silence follows"),
        Column("syllables", "int64", "of its pronunciation", "", "not measured"),
    ),
)
TURNS = Table(
    "turns",
    "Who held the floor when",
    ("file_id", "index"),
    (
        _FILE,
        Column("index", "int64", "0 is the first turn"),
        _START,
        _END,
        Column("kind", "string", "turn | backchannel"),
        Column("overlap", "bool", "the partner spoke too", empty="the partner is not in this release"),
    ),
)
BLINKS = Table(
    "blinks",
    "When the eyes closed for a moment",
    ("file_id", "index"),
    (
        _FILE,
        Column("index", "int64", "0 is the first"),
        _START,
        _END,
        Column("depth", "float64", "how far they closed: 1 is shut", "0–1"),
    ),
)
RHYTHM = Table(
    "rhythm",
    "How fast was spoken, for each stretch of speech without a pause",
    ("file_id", "index"),
    (
        _FILE,
        Column("index", "int64", "0 is the first stretch"),
        _START,
        _END,
        Column("syllables", "int64", "heard in it", "syllables"),
        Column("rate_per_s", "float64", "articulation rate", "syllables/s"),
        Column(
            "pause_before_ms", "float64", "since the stretch before", "ms", "the first, or something is sealed there"
        ),
    ),
)
SYNCHRONY = Table(
    "synchrony",
    "How alike two performers moved and sounded, in windows, beside what chance gives",
    ("file_id", "signal", "start_s"),
    (
        _FILE,
        Column("index", "int64", "0 is the first window of a table"),
        Column("signal", "string", "level | pitch | motion"),
        _START,
        _END,
        Column("r", "float64", "correlation at the lag where it is strongest", "−1–1", "too little of either"),
        Column("lag_ms", "float64", "that lag; positive: the partner follows", "ms", "too little of either"),
        Column(
            "chance", "float64", "mean strongest |r| of windows never played together", "0–1", "too little, or sealed"
        ),
    ),
)
ANNOTATIONS = Table(
    "annotations",
    "What people said about a stretch of time: one row per rating, never only a consensus",
    ("annotation_id",),
    (
        Column("annotation_id", "string", "of this rating"),
        _FILE,
        Column("layer", "string", "1P performer | 2P partner | 3P observer | DIR producer"),
        Column("rater_key", "string", "a rater's pseudonym"),
        _START,
        _END,
        Column("scheme", "string", "which question was asked"),
        Column("label", "string", "the answer"),
        Column("valence", "float64", "−1 … 1", empty="not asked"),
        Column("arousal", "float64", "−1 … 1", empty="not asked"),
        Column("dominance", "float64", "−1 … 1", empty="not asked"),
        Column("free_text", "string", "in their own words", empty="nothing written"),
        Column("confidence", "int64", "1 … 5", empty="not asked"),
        Column("status", "string", "final | draft"),
    ),
)
AGREEMENT = Table(
    "agreement",
    "How far raters agree, computed anew for each build",
    ("scheme", "split"),
    (
        Column("scheme", "string", "which question"),
        Column("split", "string", "train | dev | test"),
        Column("n_items", "int64", "moments rated"),
        Column("n_raters", "int64", "raters"),
        Column("alpha", "float64", "Krippendorff's α"),
        Column("ci_low", "float64", "lower end of its 95 % interval"),
        Column("ci_high", "float64", "upper end of its 95 % interval"),
        Column("method", "string", "how it was computed"),
    ),
)
FEATURES = Table(
    "features",
    "Every array in the .npz members: what it is, and what measured it",
    ("config", "array_name"),
    (
        Column("config", "string", "the config whose samples hold it"),
        Column("array_name", "string", "group:feature, as in the .npz"),
        Column("dims", "string", "shape; T is the number of instants"),
        Column("dtype", "string", "NumPy's dtype"),
        Column("unit", "string", "unit of its values", empty="none"),
        Column("part", "string", "which part of a use it falls under"),
        Column("model", "string", "what measured it", empty="no model"),
        Column("version", "string", "version of the measuring stage"),
        Column("about", "string", "in one sentence"),
    ),
)
CONSENT = Table(
    "consent",
    "Why each performance may be here",
    ("file_id", "purpose"),
    (
        _FILE,
        Column("purpose", "string", "what/where"),
        Column("decision", "string", "permit"),
        Column(
            "receipt_id", "string", "the grants that caused it, under names only the studio can lead back; by comma"
        ),
        Column("form", "string", "recording | measurements"),
        Column(
            "effective_until",
            "string",
            "the first day on which the answer has ended, ISO 8601",
            empty="the licence's end",
        ),
    ),
)
SPLIT_GROUPS = Table(
    "splits",
    "Splits are by person",
    ("participant_key",),
    (_PERSON, Column("split_group", "string", "train | dev | test, sealed at joining")),
)
QA_FINDINGS = Table(
    "qa_findings",
    "What the quality checks noticed",
    ("file_id", "check", "start_s"),
    (
        _FILE,
        Column("check", "string", "which check"),
        Column("verdict", "string", "pass | warn | fail"),
        Column("value", "float64", "what was measured", empty="nothing to measure"),
        Column("unit", "string", "its unit", empty="none"),
        Column("threshold", "float64", "what it was held against", empty="none"),
        Column("start_s", "float64", "start, take time", "s", "the whole take"),
        Column("end_s", "float64", "end, take time", "s", "the whole take"),
    ),
)
EXCLUSIONS = Table(
    "exclusions",
    "How many performances were left out, for each reason",
    ("reason",),
    (Column("reason", "string", "why"), Column("performances", "int64", "how many")),
)
MANIFEST = Table(
    "manifest",
    "Every member of every shard: where it lies and what it reads as",
    ("shard", "offset"),
    (
        Column("config", "string", "the config"),
        Column("split", "string", "train | dev | test"),
        Column("key", "string", "the sample"),
        Column("member", "string", "json | npz | wav | mp4"),
        Column("shard", "string", "the tar, below the release"),
        Column("offset", "int64", "of the first content byte in the tar", "byte"),
        Column("size", "int64", "of the content", "byte"),
        Column("sha256", "string", "of the content"),
    ),
)
KEYS = Table(
    "keys",
    "Each sample's key, wrapped under a key for each performer in it: what a lease opens",
    ("key",),
    (
        Column("key", "string", "the sample"),
        Column("under", "string", "whose keys it is wrapped under, by comma"),
        Column("nested", "string", "the wrapped key, hexadecimal"),
    ),
)

CANONICAL = (
    PARTICIPANTS,
    SESSIONS,
    PROMPTS,
    SCENES,
    ROLES,
    RECORDINGS,
    WORDS,
    TURNS,
    BLINKS,
    RHYTHM,
    SYNCHRONY,
    ANNOTATIONS,
    AGREEMENT,
    FEATURES,
    CONSENT,
    SPLIT_GROUPS,
    QA_FINDINGS,
    EXCLUSIONS,
)
"""Tables in `metadata/`, each always there, empty where there is nothing to say."""

ASSETS: dict[str, tuple[str, ...]] = {
    "filelist": (
        "file_id",
        "label",
        "split",
        "batch_idx",
        "archive_idx",
        "has_imitator_movement",
        "has_annotation_1p",
        "has_annotation_3p",
    ),
    "interactions": (
        "prompt_hash",
        "prompt_id_unique",
        "participant_a_prompt_text",
        "participant_b_prompt_text",
        "ipc_a",
        "ipc_b",
        "interaction_type",
    ),
    "participants": (
        "vendor_id",
        "participant_id",
        "extraversion_raw",
        "agreeableness_raw",
        "conscientiousness_raw",
        "neuroticism_raw",
        "openness_raw",
    ),
    "relationships": ("vendor_id", "session_id", "relationship", "relationship_detail"),
}
"""The CSVs in `assets/`, with exactly the columns of the Seamless Interaction corpus."""
