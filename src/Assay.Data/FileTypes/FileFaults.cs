namespace Assay.Data.FileTypes;

/// <summary>The refusals that pictures and sound share, each with the place.</summary>
internal static class FileFaults
{
    private const string SendAgain = "Save or export it again and send the new file.";

    /// <summary>Bytes are missing.</summary>
    public static InvalidFileException CutOff(string what, long at) => Damaged($"The file is cut off: {what}, and the file has {at}.", at);

    /// <summary>Something in the file contradicts something else in it.</summary>
    public static InvalidFileException Damaged(string message, long at, Exception? inner = null) =>
        new(message, SendAgain, inner) { Fault = FileFault.Damage, ByteOffset = Offset(at) };

    /// <summary>The file is not of its type, or uses a part of it that is not read here.</summary>
    public static InvalidFileException NotThis(string message, long at, string fix = SendAgain) => new(message, fix) { ByteOffset = Offset(at) };

    /// <summary>The header announces more than is unpacked here.</summary>
    public static InvalidFileException Structure(string message, string fix, long at) => new(message, fix) { Fault = FileFault.Structure, ByteOffset = Offset(at) };

    /// <summary>Bytes behind the end.</summary>
    public static InvalidFileException Trailing(ReadOnlySpan<byte> content, long end, string what)
    {
        var rest = content[(int)end..];
        var seen = FileTypes.Describe(rest) is { } name ? $", which begin like {name}" : "";
        return Damaged($"{(rest.Length == 1 ? "1 byte follows" : $"{rest.Length} bytes follow")} the end of {what}{seen}.", end);
    }

    private static int Offset(long at) => (int)Math.Clamp(at, 0, int.MaxValue);
}
