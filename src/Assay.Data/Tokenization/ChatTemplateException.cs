namespace Assay.Data.Tokenization;

/// <summary>A chat template is malformed, uses something Assay does not implement, exceeds a bound, or refuses the conversation.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <param name="message">What is wrong; the template's own words when it refused.</param>
    /// <param name="raisedByTemplate">True when the template called <c>raise_exception</c>.</param>
    public ChatTemplateException(string message, bool raisedByTemplate = false)
        : base(message) => RaisedByTemplate = raisedByTemplate;

    /// <summary>True when the template itself refused the conversation, for example roles that do not alternate: the caller's mistake, not the template's.</summary>
    public bool RaisedByTemplate { get; }
}
