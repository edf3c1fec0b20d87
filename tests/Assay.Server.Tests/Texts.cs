using System.Text;
using System.Text.Json;
using Assay.Testing;

namespace Assay.Server.Tests;

/// <summary>File contents for uploads.</summary>
internal static class Texts
{
    /// <summary>A file of the samples datanet, such as <c>careful/02-buoy.md</c>.</summary>
    public static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(Repository.Root, "samples", "text", name));

    /// <summary>Plain text of exactly <paramref name="length"/> bytes that no other call returns.</summary>
    public static byte[] Unique(int length)
    {
        var text = new StringBuilder(length + 64);
        while (text.Length < length)
        {
            text.Append(Guid.NewGuid().ToString("n")).Append(text.Length % 66 == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>A note with questions and answers about one invented subject: good enough to be accepted by the rules.</summary>
    public static byte[] Note(string subject, int questions = 6) => Encoding.UTF8.GetBytes(
        $"# The {subject} of the Harbor library\n\n" + string.Concat(Enumerable.Range(1, questions).Select(number =>
            $"## What does member {number} of the {subject} return?\n\n"
            + $"Member {number} of the {subject} returns the {Adjectives[number % Adjectives.Length]} level of the {subject} in metres above chart datum as a double. "
            + $"It throws a {subject}Exception{number} when the port has been silent for {number + 2} minutes, and every call is safe from several threads.\n\n")));

    /// <summary>Lines of conversations about one invented subject, each with a system turn and two questions: good enough to be accepted by the rules.</summary>
    public static byte[] Conversations(string subject, int rows = 6) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, rows).Select(number =>
        JsonSerializer.Serialize(new
        {
            messages = new[]
            {
                new { role = "system", content = "You answer questions about the Harbor library exactly and briefly." },
                new { role = "user", content = $"What does member {number} of the {subject} return?" },
                new { role = "assistant", content = $"It returns the {Adjectives[number % Adjectives.Length]} level of the {subject} in metres above chart datum as a double." },
                new { role = "user", content = $"And when the sensor of the {subject} is silent for {number + 2} minutes?" },
                new { role = "assistant", content = $"Then it throws a {subject}Exception{number}, and a call from another thread to the {Adjectives[(number + 3) % Adjectives.Length]} tide gauge stays safe." },
            },
        }) + "\n")));

    private static readonly string[] Adjectives = ["mean", "lowest", "highest", "latest", "oldest", "expected", "smoothed"];
}
