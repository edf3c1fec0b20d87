using System.Text;
using Assay.Client.Chat;

namespace Assay.Server.Chat;

/// <summary>One side of a turn while it is written and after.</summary>
public sealed class ChatAnswer(string model)
{
    public string Model { get; } = model;

    /// <summary>What has arrived so far.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>The finished answer with its sources.</summary>
    public AnswerView? Done { get; set; }

    /// <summary>Why there is no answer.</summary>
    public string? Problem { get; set; }
}
