using System.Globalization;
using System.Text;

namespace Assay.Server.Gates;

/// <summary>What careless, copying and spamming contributors do to texts. Pure.</summary>
internal static class Mischief
{
    private static readonly string[] Keywords =
        ["harbor", "tide", "gauge", "buoy", "berth", "plan", "pilot", "schedule", "reading", "metres", "exception", "thread", "safe", "default", "unit", "port", "ship", "sensor", "library", "member"];

    private static readonly string[] Adverts =
        ["Buy cheap anchors today and save more than ever before.", "Visit our site for the best prices on rope and paint.", "You will not believe what this captain found below deck.", "Click here to win a free boat for your whole family."];

    private static readonly string[] Fillers = ["very", "nice", "thing", "maybe", "other", "small", "green", "often", "quite", "again", "table", "music"];

    /// <summary>Cut off, without answers, wrongly decoded, or about something else: one of four, each as careless people send it.</summary>
    public static string Damage(string text, Chance chance)
    {
        switch (chance.Next(0, 4))
        {
            case 0:
                return text[..(text.Length * 2 / 5)];
            case 1:
                return string.Join('\n', text.Split('\n').Select(line => line.StartsWith('#') || line.Length == 0 || chance.With(0.5) ? line : "see above"));
            case 2:
                return text.Replace("e", "Ã©", StringComparison.Ordinal);
            default:
                var recipe = new StringBuilder("# Soup for a cold evening\n");
                for (var i = 0; i < 8; i++)
                {
                    recipe.Append(CultureInfo.InvariantCulture, $"\n## What goes in next, number {i + 1}?\n\nCut {chance.Next(2, 9)} {chance.Of(["carrots", "onions", "potatoes", "leeks", "turnips"])} and let them simmer for {chance.Next(5, 50)} minutes with a little {chance.Of(["salt", "thyme", "butter", "pepper"])}.\n");
                }

                return recipe.ToString();
        }
    }

    /// <summary>Replaces a share of the words by words that mean nothing here.</summary>
    public static string ChangeWords(string text, double share, Chance chance) =>
        string.Join('\n', text.Split('\n').Select(line => string.Join(' ', line.Split(' ').Select(word =>
            word.Length > 3 && word.All(char.IsLetter) && chance.With(share) ? chance.Of(Fillers) : word))));

    /// <summary>Keywords of the purpose strung together, advertisements said again and again, or letters at random.</summary>
    public static string Spam(Chance chance)
    {
        var text = new StringBuilder();
        switch (chance.Next(0, 3))
        {
            case 0:
                for (var i = 0; i < 260; i++)
                {
                    text.Append(chance.Of(Keywords)).Append(i % 13 == 12 ? ".\n\n" : " ");
                }

                break;
            case 1:
                for (var i = 0; i < 30; i++)
                {
                    text.Append(chance.Of(Adverts)).Append(i % 5 == 4 ? "\n\n" : " ");
                }

                break;
            default:
                for (var i = 0; i < 260; i++)
                {
                    for (var letters = chance.Next(2, 10); letters > 0; letters--)
                    {
                        text.Append((char)chance.Next('a', 'z' + 1));
                    }

                    text.Append(i % 13 == 12 ? ".\n\n" : " ");
                }

                break;
        }

        return text.ToString();
    }
}
