using System.Security.Cryptography;
using System.Text;
using Assay.Data.Duplicates;
using Assay.Data.FileTypes;
using Assay.Data.Records;
using Assay.Data.Units;
using Assay.Data.Validation.Rules;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Validation;

/// <summary>From a file's bytes to findings, records, signatures and unit hashes. Pure: no clock, no network, no files.</summary>
/// <remarks>Reads hostile bytes: run it in a child process under <see cref="Sandbox.ProcessLimits"/>.</remarks>
public static class ValidationPipeline
{
    /// <summary>Looks into a file that passed <see cref="FileGate"/>. Whatever the bytes are, an inspection comes back.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was triggered.</exception>
    public static Inspection Inspect(byte[] content, InspectionRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(request);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        var type = FileTypes.FileTypes.ByName(request.FileName);
        if (type is null)
        {
            return Unreadable(null, content.Length, sha256, new Evidence("No file type has the name's extension."), "Send a file of one of the types that are read.");
        }

        try
        {
            var read = type is PdfFile ? PdfFile.ReadText(content, request.Profile.IgnorePdfImages, cancel) : type.Read(content, cancel);
            var context = new ValidationContext(request, type, read, new RecordReading([], []));
            context = context with
            {
                Reading = read is ExtractedText text ? RecordReader.Read(text, request.Columns ?? request.Profile.Columns) : MediaRecord.Of(context, content.Length, sha256),
            };
            return Judge(context, content.Length, sha256, cancel);
        }
        catch (InvalidFileException problem)
        {
            return Unreadable(type, content.Length, sha256, new Evidence(problem.Message, problem.ByteOffset, problem.ByteOffset + 1, Page: problem.Page), problem.Fix, problem.Fault);
        }
    }

    /// <summary>The inspection of a file whose parser died, stalled or exceeded its memory: score 0, whatever the content was.</summary>
    /// <param name="content">The bytes; only hashed.</param>
    /// <param name="fileName">As the contributor named it.</param>
    /// <param name="reason">What happened to the parser, as a sentence.</param>
    public static Inspection Unsafe(byte[] content, string fileName, string reason)
    {
        ArgumentNullException.ThrowIfNull(content);
        var type = FileTypes.FileTypes.ByName(fileName);
        return Unreadable(
            type, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), new Evidence($"The file could not be read safely: {reason}"),
            type?.Kind switch
            {
                DatanetKind.Image => "Send the picture smaller, as an ordinary PNG or JPEG.",
                DatanetKind.Audio => "Send a shorter clip, in mono or stereo at 48,000 Hz or less.",
                _ => "Send the text itself as .md or .txt.",
            });
    }

    private static Inspection Judge(ValidationContext context, long size, string sha256, CancellationToken cancel)
    {
        var findings = new List<ValidationFinding>();
        foreach (var rule in ValidationRules.For(context.Type.Kind))
        {
            cancel.ThrowIfCancellationRequested();
            findings.Add(Shown(rule.Evaluate(context, cancel)));
        }

        var records = context.Reading.Records;
        return new Inspection(
            context.Type.Name, size, sha256, findings, context.Reading,
            ContentHash(context),
            context.Content is ExtractedText ? [.. records.Select(record => ContentSignature.Of(record.JoinedText()))] : [],
            context.Content is ExtractedText { IsSource: false } extracted ? Store(extracted) : null,
            context.Request.Salt is { } salt ? UnitLeaves.Hash(salt, UnitText.Of(records)) : [])
        {
            PatternSet = context.Content is ExtractedText && context.Request.Profile.Patterns is { Count: > 0 } patterns ? PiiPatternSet.Of(patterns).Hash : null,
            Picture = context.Content is PictureContent picture ? Keep(picture) : null,
            Sound = context.Content is SoundContent sound
                ? new InspectedSound(sound.Seconds, sound.SampleRate, sound.Channels, sound.Levels is not null, sound.Print.ToBytes())
                : null,
        };
    }

    private static string ContentHash(ValidationContext context) => context.Content switch
    {
        ExtractedText => NormalisedText.Hash(NormalisedText.Of(context.Words.Text)),
        PictureContent picture => picture.PixelSha256,
        SoundContent sound => sound.ContentSha256,
        _ => "",
    };

    /// <summary>The hash of a picture of one tone is noise: it would call all of them the same.</summary>
    private static InspectedPicture Keep(PictureContent picture) =>
        new(picture.Width, picture.Height, PictureSubstanceRule.IsBlank(picture) ? null : picture.Hash, picture.Preview.ToArray());

    /// <summary>Evidence quotes what contributors wrote; nothing in it may steer a terminal or reverse a line.</summary>
    private static ValidationFinding Shown(ValidationFinding finding) =>
        finding with { Evidence = [.. finding.Evidence.Select(evidence => evidence with { Text = DisplayName.Line(evidence.Text) })] };

    private static StoredExtraction Store(ExtractedText text)
    {
        var offsets = new ByteOffsets(text.Text, 0);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Text)));
        return new StoredExtraction(text.Extractor, hash, text.Text, [.. text.PageStarts.Select(start => offsets[start])]);
    }

    /// <summary>The rule that the fault belongs to gets 0 with the reason; the format is then known, the rest is not.</summary>
    private static Inspection Unreadable(IFileType? type, long size, string sha256, Evidence evidence, string fix, FileFault fault = FileFault.Format)
    {
        var failed = fault switch
        {
            FileFault.Damage => "integrity",
            FileFault.Structure => "structure",
            _ => "format",
        };
        var findings = ValidationRules.For(type?.Kind ?? DatanetKind.Text).Select(rule =>
            rule.Id == failed ? rule.Scored(0, evidence) with { Fix = fix }
            : rule is FormatRule ? rule.Scored(1000, $"It begins as {type?.Name} does.")
            : rule.NotEvaluated("the file could not be read."));
        return new Inspection(type?.Name, size, sha256, [.. findings.Select(Shown)], new RecordReading([], []), "", [], null, []);
    }
}
