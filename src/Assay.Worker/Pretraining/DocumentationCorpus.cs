using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Assay.Worker.Pretraining;

/// <summary>The .NET reference documentation that ships with the SDK (MIT licence), read in place.</summary>
/// <param name="Training">Documents to learn from.</param>
/// <param name="HeldOut">Documents of other assemblies, for measuring.</param>
/// <param name="Files">XML files read.</param>
internal sealed record DocumentationCorpus(IReadOnlyList<MemberDocument> Training, IReadOnlyList<MemberDocument> HeldOut, int Files)
{
    /// <summary>Folder with the SDK's reference packs, found from the runtime that executes this program.</summary>
    /// <exception cref="DirectoryNotFoundException">Only a runtime is installed here, no SDK.</exception>
    public static string FindPacks()
    {
        // <root>/shared/Microsoft.NETCore.App/<version>/
        string packs = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "packs"));
        return Directory.Exists(packs)
            ? packs
            : throw new DirectoryNotFoundException($"'{packs}' does not exist: the reference packs come with the .NET SDK, a runtime alone has none.");
    }

    /// <summary>Reads all documents, drops duplicates, and holds out whole assemblies.</summary>
    /// <param name="packs">Folder of reference packs.</param>
    /// <param name="excluded">Assemblies left out.</param>
    /// <param name="heldOutIn">One assembly in so many is held out, chosen by the hash of its name.</param>
    public static DocumentationCorpus Read(string packs, IReadOnlyCollection<string> excluded, int heldOutIn)
    {
        var training = new List<MemberDocument>();
        var heldOut = new List<MemberDocument>();
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        string[] files = [.. FilesBelow(packs)];
        foreach (string file in files)
        {
            string assembly = Path.GetFileNameWithoutExtension(file);
            if (excluded.Contains(assembly))
            {
                continue;
            }

            var home = IsHeldOut(assembly, heldOutIn) ? heldOut : training;
            home.AddRange(Members(assembly, file).Where(document => bodies.Add(document.Body)));
        }

        return new DocumentationCorpus(training, heldOut, files.Length);
    }

    /// <summary>Whether an assembly is kept for measuring.</summary>
    public static bool IsHeldOut(string assembly, int heldOutIn) => SHA256.HashData(Encoding.UTF8.GetBytes(assembly))[0] % heldOutIn == 0;

    /// <summary>One file per assembly name: later packs repeat the base pack's.</summary>
    private static IEnumerable<string> FilesBelow(string packs) =>
        Directory.EnumerateDirectories(packs, "*.Ref")
            .SelectMany(pack => Directory.EnumerateFiles(pack, "*.xml", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file))) == "ref")
            .GroupBy(file => Path.GetFileName(file), StringComparer.Ordinal)
            .Select(group => group.Order(StringComparer.Ordinal).Last())
            .OrderBy(file => Path.GetFileName(file), StringComparer.Ordinal);

    private static IEnumerable<MemberDocument> Members(string assembly, string file)
    {
        using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreComments = true });
        reader.MoveToContent();
        while (!reader.EOF)
        {
            if (reader.NodeType is not XmlNodeType.Element || reader.Name != "member")
            {
                reader.Read();
            }
            else if (DocumentationText.Read(assembly, (XElement)XNode.ReadFrom(reader)) is { } document)
            {
                yield return document;
            }
        }
    }
}
