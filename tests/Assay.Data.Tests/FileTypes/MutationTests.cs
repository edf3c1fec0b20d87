using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Validation;

namespace Assay.Data.Tests.FileTypes;

/// <summary>Damages good files in thousands of seeded ways: only <see cref="InvalidFileException"/> may leave a file type, and the pipeline always answers.</summary>
public sealed class MutationTests
{
    private const int Mutations = 1_000;
    private static readonly string Words = $"# Bees\n\n{TestFiles.Paragraph}\n\n## Queens\n\nQ: Who lays?\nA: The queen, in every cell.\n\n```\ncode\n```\n";

    [Theory]
    [InlineData("a.md")]
    [InlineData("a.txt")]
    [InlineData("a.docx")]
    [InlineData("a.pdf")]
    public void Only_the_typed_exception_leaves_a_file_type(string name)
    {
        var type = Data.FileTypes.FileTypes.ByName(name)!;
        foreach (var mutant in Mutants(Good(name), seed: 11, Mutations))
        {
            ReadOrRefuse(type, mutant);
        }
    }

    [Fact]
    public void Damage_inside_a_document_part_is_refused_too()
    {
        var type = new DocxFile();
        var xml = Encoding.UTF8.GetBytes(TestFiles.DocumentXml("<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Bees</w:t></w:r></w:p>"));
        foreach (var mutant in Mutants(xml, seed: 12, Mutations))
        {
            ReadOrRefuse(type, TestFiles.Zip(("[Content_Types].xml", TestFiles.ContentTypes), ("_rels/.rels", TestFiles.Relations), ("word/document.xml", Encoding.Latin1.GetString(mutant))));
        }
    }

    [Theory]
    [InlineData("a.md")]
    [InlineData("a.txt")]
    [InlineData("a.docx")]
    [InlineData("a.pdf")]
    public void The_pipeline_always_returns_a_report(string name)
    {
        var profile = new ValidationProfile("keeping bees, queens and honey");
        foreach (var mutant in Mutants(Good(name), seed: 13, 60))
        {
            var inspection = ValidationPipeline.Inspect(mutant, new InspectionRequest(name, profile), TestContext.Current.CancellationToken);
            var report = ValidationReport.Decide(inspection.Findings, ValidationPolicy.Default);

            Assert.InRange(report.Score.Score, 0, 1000);
            Assert.All(report.Findings, finding => Assert.NotEmpty(finding.Evidence));
        }
    }

    private static byte[] Good(string name) => Path.GetExtension(name) switch
    {
        ".docx" => TestFiles.Docx([.. Words.Split("\n\n")]),
        ".pdf" => TestFiles.Pdf(Words),
        _ => Encoding.UTF8.GetBytes(Words),
    };

    private static void ReadOrRefuse(IFileType type, byte[] content)
    {
        try
        {
            type.Read(content, TestContext.Current.CancellationToken);
        }
        catch (InvalidFileException problem)
        {
            Assert.NotEmpty(problem.Message);
        }
    }

    private static IEnumerable<byte[]> Mutants(byte[] good, int seed, int count)
    {
        var random = new Random(seed);
        for (var index = 0; index < count; index++)
        {
            var mutant = (byte[])good.Clone();
            for (var change = random.Next(1, 8); change > 0; change--)
            {
                var at = random.Next(mutant.Length);
                switch (random.Next(5))
                {
                    case 0:
                        mutant[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        mutant[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 2:
                        mutant = [.. mutant[..at], .. mutant[Math.Min(at + random.Next(1, 40), mutant.Length - 1)..]];
                        break;
                    case 3:
                        mutant = [.. mutant[..at], .. mutant.AsSpan(random.Next(mutant.Length / 2), random.Next(1, Math.Max(mutant.Length / 3, 2))), .. mutant[at..]];
                        break;
                    default:
                        mutant.AsSpan(at, Math.Min(random.Next(1, 20), mutant.Length - at)).Fill((byte)random.Next(256));
                        break;
                }
            }

            yield return mutant;
        }
    }
}
