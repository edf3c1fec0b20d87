using System.Text;

namespace Assay.Data.Tokenization.Decoders;

/// <summary>Collects the parts of a token for a step that needs it whole.</summary>
internal sealed class TokenAssembler
{
    private readonly StringBuilder parts = new();

    /// <summary>Takes a part.</summary>
    /// <returns>True, with the whole token, when the part was its last.</returns>
    public bool TryComplete(ref TokenText token)
    {
        if (token.Continues)
        {
            parts.Append(token.Text);
            return false;
        }

        if (parts.Length > 0)
        {
            token = token with { Text = parts.Append(token.Text).ToString() };
            parts.Clear();
        }

        return true;
    }
}
