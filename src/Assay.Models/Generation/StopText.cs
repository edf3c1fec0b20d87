using System.Text;

namespace Assay.Models.Generation;

/// <summary>Watches a growing reply for stop texts and holds back what could still become one.</summary>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private readonly StringBuilder held = new();

    /// <summary>Whether a stop text has appeared; what follows it is dropped.</summary>
    public bool Found { get; private set; }

    /// <summary>Adds new text and returns what is certain to belong to the reply.</summary>
    public string Push(string text)
    {
        if (Found)
        {
            return "";
        }

        held.Append(text);
        string all = held.ToString();
        int cut = stops.Select(stop => all.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0).DefaultIfEmpty(-1).Min();
        Found = cut >= 0;
        int certain = Found ? cut : all.Length - LongestBeginning(all);
        held.Clear().Append(all, certain, Found ? 0 : all.Length - certain);
        return all[..certain];
    }

    /// <summary>The rest, once the reply has ended without a stop text.</summary>
    public string Flush()
    {
        string rest = Found ? "" : held.ToString();
        held.Clear();
        return rest;
    }

    /// <summary>Length of the longest end of the text that begins a stop text.</summary>
    private int LongestBeginning(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
