namespace Assay.Worker.Pretraining;

/// <summary>Control tokens and chat layout of the starter model.</summary>
internal static class StarterTokens
{
    /// <summary>Begins every document and every conversation; id 0.</summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>Ends every turn; id 4.</summary>
    public const string EndOfTurn = "<|end|>";

    /// <summary>The chat template, Jinja.</summary>
    public const string ChatTemplate =
        "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    /// <summary>All control tokens in the order of their ids.</summary>
    public static IReadOnlyList<string> All { get; } = [EndOfText, "<|system|>", "<|user|>", "<|assistant|>", EndOfTurn];

    /// <summary>A question and its answer as the template renders them.</summary>
    public static string Conversation(string question, string answer) =>
        $"{EndOfText}<|user|>{question}{EndOfTurn}<|assistant|>{answer}{EndOfTurn}";
}
