namespace Assay.Data.Duplicates;

/// <summary>What near duplicates of a record are found by. The exact comparison needs the records' texts, which are stored beside it.</summary>
/// <param name="NormalisedSha256">Of the normalised text, lower-case hex.</param>
/// <param name="Length">UTF-16 code units of the normalised text: the record's weight in the file's novelty.</param>
/// <param name="Bands">32 band values, empty for a record without words. Two records that share one are candidates.</param>
public sealed record ContentSignature(string NormalisedSha256, int Length, IReadOnlyList<ulong> Bands)
{
    /// <summary>The signature of a record's joined text.</summary>
    public static ContentSignature Of(string text)
    {
        var normalised = NormalisedText.Of(text);
        return new ContentSignature(NormalisedText.Hash(normalised), normalised.Length, MinHash.BandsOf(normalised));
    }

    /// <summary>The exact resemblance of two records' joined texts.</summary>
    public static Resemblance Compare(string text, string other) =>
        CharacterGrams.Of(NormalisedText.Of(text)).To(CharacterGrams.Of(NormalisedText.Of(other)));
}
