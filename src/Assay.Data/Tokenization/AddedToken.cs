namespace Assay.Data.Tokenization;

/// <summary>A token that is found in text before the model splits it.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">The text that is searched for.</param>
/// <param name="Special">True for control tokens, which a display leaves out.</param>
public sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>True when the token is searched in normalised text, with its own text normalised too.</summary>
    public bool Normalized { get; init; }

    /// <summary>True when blanks before the token belong to it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>True when blanks after the token belong to it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>True when the token counts only between non-word characters.</summary>
    public bool SingleWord { get; init; }
}
