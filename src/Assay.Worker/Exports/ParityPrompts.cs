namespace Assay.Worker.Exports;

/// <summary>The fixed prompts over which an export is compared: everyday questions, code, numbers, other languages and scripts, and the odd ends of a tokenizer.</summary>
internal static class ParityPrompts
{
    /// <summary>All of them; a change makes verdicts of different versions incomparable.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "What is the capital of Portugal?",
        "Explain in two sentences why the sky is blue.",
        "Write a short letter of thanks to a neighbour who watered the plants.",
        "List three differences between a lake and a pond.",
        "How do I boil an egg so that the yolk stays soft?",
        "Summarise: The ferry was late because of fog, and half of the passengers missed their train.",
        "Which is larger, 9.11 or 9.9?",
        "What is 17 times 23?",
        "Continue the series: 2, 3, 5, 7, 11,",
        "A train leaves at 14:35 and needs 2 h 50 min. When does it arrive?",
        "Convert 72 degrees Fahrenheit to Celsius.",
        "Write a C# method that reverses a string.",
        "def fibonacci(n):\n    if n < 2:\n        return n\n",
        "SELECT name, COUNT(*) FROM visits WHERE",
        "{\"name\": \"buoy 7\", \"depth_m\":",
        "<p>Opening hours</p><ul><li>",
        "Correct this sentence: She don't likes apples.",
        "Translate into French: The bridge is closed until Monday.",
        "Was ist der Unterschied zwischen Wetter und Klima?",
        "¿Cuántos días tiene un año bisiesto?",
        "Назови три реки Европы.",
        "水的沸点是多少度？",
        "東京から大阪までの距離はどのくらいですか。",
        "ما هي عاصمة مصر؟",
        "Give one argument for and one against working from home.",
        "Is it safe to mix bleach and vinegar?",
        "You are a harbour pilot. What do you check before leaving the quay?",
        "Tell a story of exactly one sentence about a lighthouse.",
        "Answer with yes or no: Can penguins fly?",
        "   leading spaces\tand\ttabs\n\nand an empty line",
        "🙂🚢⚓ — what do these signs have in common?",
        "a",
    ];
}
