using System.Text;

namespace Assay.Testing;

/// <summary>Damages a valid file in seeded ways, to show that a parser answers any bytes with its own exception.</summary>
/// <remarks>Blind byte damage rarely gets past a parser's first line, so most changes put something that files of all kinds stumble over in a place where a value stood.</remarks>
public static class Mutations
{
    private static readonly byte[][] Stumbles =
    [
        .. ((string[])[
            "null", "true", "[]", "{}", "\"\"", "-1", "0", "1e999", "0.5", "2147483648", "18446744073709551616", "\"\\ud800\"", "\\ud800", "\\u0000",
            "\"x\":", ",", ":", "]", "}", "\"", "(", "\\", "*", "{{", "}}", "{%", "%}", "\n", "\u2581", "\U0001F999", "..", "/"]).Select(Encoding.UTF8.GetBytes),
        [.. Enumerable.Repeat((byte)'[', 300)],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0xED, 0xA0, 0x80],
        [0x80],
    ];

    private static readonly ulong[] Numbers =
        [0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, ulong.MaxValue];

    /// <summary>One damaged copy: one to four changes, the same for the same seed.</summary>
    public static byte[] Of(int seed, ReadOnlySpan<byte> valid)
    {
        var random = new Random(seed);
        List<byte> bytes = [.. valid];
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            Change(bytes, random);
        }

        return [.. bytes];
    }

    /// <summary>Feeds damaged copies to a parser and fails, naming the seed, when another exception than <typeparamref name="TRefusal"/> leaves it.</summary>
    /// <typeparam name="TRefusal">The parser's own exception.</typeparam>
    /// <param name="valid">A file the parser takes; the first copy is undamaged.</param>
    /// <param name="count">Number of copies.</param>
    /// <param name="read">Parses and uses the result a little.</param>
    /// <returns>How many were accepted.</returns>
    /// <remarks>One copy may take 20 s (a hang) and allocate 256 MiB more than 1,000 times its size; a sound parser is far from both.</remarks>
    public static int Feed<TRefusal>(byte[] valid, int count, Action<byte[]> read)
        where TRefusal : Exception
    {
        var accepted = 0;
        for (var seed = 0; seed < count; seed++)
        {
            var bytes = seed == 0 ? valid : Of(seed, valid);
            var watch = System.Diagnostics.Stopwatch.StartNew();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
                accepted++;
            }
            catch (TRefusal refusal)
            {
                Check(seed, refusal.Message.Length > 0, "was refused without a message");
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Mutation {seed} let a {error.GetType().Name} escape: {error.Message}", error);
            }

            Check(seed, watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Check(seed, allocated < (256L << 20) + (1000L * bytes.Length), $"of {bytes.Length} bytes allocated {allocated} bytes");
        }

        return accepted;
    }

    private static void Check(int seed, bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Mutation {seed} {otherwise}.");
        }
    }

    private static void Change(List<byte> bytes, Random random)
    {
        var place = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 17), bytes.Count - place);
        var stumble = Stumbles[random.Next(Stumbles.Length)];
        switch (random.Next(10))
        {
            case 0 when length > 0:
                bytes[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                bytes[place] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(place, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(place, length));
                break;
            case 4 when random.Next(4) == 0:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
            case 5:
                Number(bytes, place, random);
                break;
            case 6:
                bytes.InsertRange(place, stumble);
                break;
            case 7 when length > 0:
                bytes.RemoveRange(place, length);
                bytes.InsertRange(place, stumble);
                break;
            default:
                Value(bytes, place, stumble, random);
                break;
        }
    }

    private static void Number(List<byte> bytes, int place, Random random)
    {
        var number = Numbers[random.Next(Numbers.Length)];
        var width = 1 << random.Next(4);
        for (var i = 0; i < width && place + i < bytes.Count; i++)
        {
            bytes[place + i] = (byte)(number >> (8 * i));
        }
    }

    // The text between two delimiters gives way to something else or to another such text of the same file.
    private static void Value(List<byte> bytes, int place, byte[] stumble, Random random)
    {
        var (start, end) = Between(bytes, place);
        var (otherStart, otherEnd) = Between(bytes, random.Next(bytes.Count + 1));
        var replacement = random.Next(2) == 0 ? stumble : [.. bytes.GetRange(otherStart, otherEnd - otherStart)];
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, replacement);
    }

    private static (int Start, int End) Between(List<byte> bytes, int place)
    {
        var start = place;
        while (start > 0 && !IsDelimiter(bytes[start - 1]))
        {
            start--;
        }

        var end = place;
        while (end < bytes.Count && !IsDelimiter(bytes[end]))
        {
            end++;
        }

        return (start, end);
    }

    private static bool IsDelimiter(byte value) => value is (byte)':' or (byte)',' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)' ' or (byte)'\n' or (byte)'"' or (byte)'%';
}
