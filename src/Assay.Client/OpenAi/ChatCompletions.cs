using System.Text.Json;
using Assay.Client.Chat;

namespace Assay.Client.OpenAi;

/// <summary>POST /v1/chat/completions in OpenAI's shape. Members that are not named here are accepted and have no effect.</summary>
public sealed record ChatCompletionRequest(string Model, IReadOnlyList<Message> Messages, double? Temperature = null, double? TopP = null, int? MaxTokens = null,
    int? MaxCompletionTokens = null, long? Seed = null, JsonElement? Stop = null, bool? Stream = null, StreamOptions? StreamOptions = null, int? N = null);

/// <param name="Content">A text, or a list of parts of type text.</param>
public sealed record Message(string Role, JsonElement Content);

/// <param name="IncludeUsage">Sends the token counts in a last chunk.</param>
public sealed record StreamOptions(bool IncludeUsage = false);

/// <param name="Assay">Sources, seed and ledger index of the answer.</param>
public sealed record ChatCompletion(string Id, string Object, long Created, string Model, IReadOnlyList<Choice> Choices, Usage Usage, AnswerView Assay);

/// <param name="FinishReason">stop or length.</param>
public sealed record Choice(int Index, Message Message, string FinishReason);

/// <summary>Tokens of prompt and answer.</summary>
public sealed record Usage(int PromptTokens, int CompletionTokens, int TotalTokens);

/// <summary>One event of a streamed answer.</summary>
public sealed record ChatCompletionChunk(string Id, string Object, long Created, string Model, IReadOnlyList<ChunkChoice> Choices, Usage? Usage = null,
    AnswerView? Assay = null);

/// <param name="FinishReason">Present on the last chunk only.</param>
public sealed record ChunkChoice(int Index, Delta Delta, string? FinishReason);

/// <summary>The next piece of the answer.</summary>
public sealed record Delta(string? Role, string? Content);

/// <summary>GET /v1/models.</summary>
public sealed record ModelList(string Object, IReadOnlyList<ModelItem> Data);

/// <summary>One model of the list.</summary>
public sealed record ModelItem(string Id, string Object, long Created, string OwnedBy);

/// <summary>An error in OpenAI's shape.</summary>
public sealed record ErrorBody(ErrorItem Error);

/// <param name="Code">A stable word for programs.</param>
public sealed record ErrorItem(string Message, string Type, string Code);
