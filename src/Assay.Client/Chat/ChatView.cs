namespace Assay.Client.Chat;

/// <param name="Role">system, user or assistant.</param>
public sealed record ChatTurn(string Role, string Content);

/// <summary>A question to a model.</summary>
/// <param name="Temperature">0 (greedy) to 2.</param>
/// <param name="MaxTokens">1 to 8,192, and never beyond the model's context.</param>
/// <param name="Seed">0 to 2³¹−1; absent: random, shown in the answer.</param>
public sealed record ChatRequest(string Model, IReadOnlyList<ChatTurn> Messages, double Temperature = 0.7, double TopP = 0.9, int TopK = 0,
    double RepetitionPenalty = 1.0, int MaxTokens = 256, long? Seed = null);

/// <summary>An answer with its sources.</summary>
/// <param name="Id"><c>i_</c> and 16 hex digits.</param>
/// <param name="StopReason">stop, length or cancelled.</param>
/// <param name="Changed">φ: the share of the answer's bits that the adapter bought, 0 to 1; 0 for a base model.</param>
/// <param name="Spans">Verbatim matches with contributions; empty means: no source found, a normal answer.</param>
public sealed record AnswerView(string Id, string Model, string Text, string StopReason, int PromptTokens, int CompletionTokens, long Seed, double Changed,
    IReadOnlyList<SpanView> Spans, long? LedgerIndex, DateTimeOffset CreatedAt);

/// <summary>A run of the answer that stands word for word in contributions.</summary>
/// <param name="Start">First character in the answer.</param>
/// <param name="End">One past the last character.</param>
public sealed record SpanView(int Start, int End, int Tokens, double Bits, IReadOnlyList<SourceView> Sources);

/// <param name="Contributor">Display name.</param>
/// <param name="LedgerIndex">Index of the contribution's entry.</param>
public sealed record SourceView(string ContributionId, string Contributor, string DatanetId, string DatanetName, string FileName, long LedgerIndex, string Excerpt);

/// <summary>Asks for a corrected answer as a draft for a datanet.</summary>
public sealed record CorrectionRequest(string DatanetId, string Text);

/// <summary>A file ready to be contributed; its metadata links the answer.</summary>
public sealed record DraftView(string DatanetId, string FileName, string Content, string Licence, string FromAnswer);
