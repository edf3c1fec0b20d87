using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;
using Assay.Server.Datanets.Reading;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Assay.Server.Datanets;

/// <summary>A data set with one purpose. Name and kind never change.</summary>
internal sealed class DatanetRow : IEntityTypeConfiguration<DatanetRow>
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";

    /// <summary>The name in upper case: unique among the datanets that everybody reads. A private name is not taken, or its being taken would tell of it.</summary>
    public string NameKey { get; init; } = "";
    public string Kind { get; init; } = "text";
    public string Summary { get; set; } = "";
    public string Description { get; set; } = "";
    public string Purpose { get; init; } = "";

    /// <summary>Separated by commas, like licences and languages.</summary>
    public string Tags { get; set; } = "";
    public string Licences { get; set; } = "";
    public string Languages { get; set; } = "";

    /// <summary>JSON list of <see cref="Exemplar"/>: they shape the relevance profile and are never trained on.</summary>
    public string Exemplars { get; init; } = "[]";

    /// <summary>Which columns of rows hold what, as the owner said, for files that do not say it themselves; null: their names decide.</summary>
    public string? Columns { get; set; }

    /// <summary>Number of the relevance profile; raised when the owner renews it, never otherwise.</summary>
    public int ProfileVersion { get; set; } = 1;

    /// <summary>The description and tags that the profile was made from; null: those of the beginning, which no change has touched.</summary>
    public string? ProfileDescription { get; set; }
    public string? ProfileTags { get; set; }

    /// <summary>JSON of the heaviest terms of the files that were accepted at the last renewal; null before the first.</summary>
    public string? ProfileTerms { get; set; }

    /// <summary>Score from which a file is accepted, 600 to 900.</summary>
    public int Accept { get; set; } = 600;

    /// <summary>The owner decides on every file of others that passes the rules.</summary>
    public bool Approval { get; set; }

    /// <summary>Who reads and who contributes.</summary>
    public Visibility Visibility { get; set; }

    /// <summary>When the owner published it after it had been private; null when it never was, or still is.</summary>
    public DateTimeOffset? PublishedAt { get; set; }

    /// <summary>32 random bytes: while it is private the ledger holds its words as hashes with this salt.</summary>
    public byte[] Salt { get; init; } = [];

    /// <summary>Files with much personal data are rejected; otherwise it is masked in records.</summary>
    public bool RefusesPersonalData { get; set; }

    /// <summary>What builders accept besides the licences; empty: nothing.</summary>
    public string Terms { get; set; } = "";

    /// <summary>Days of access that a builder gets at once when asking, 1 to 365; null: the owner decides on each request.</summary>
    public int? GrantDays { get; set; }

    /// <summary>JSON of the owner's <see cref="QuizDraft"/>; null: contributors answer nothing.</summary>
    public string? Quiz { get; set; }

    /// <summary>open, paused, closed or archived.</summary>
    public string State { get; set; } = "open";
    public string? StateReason { get; set; }
    public int Revision { get; set; } = 1;
    public string OwnerId { get; init; } = "";

    /// <summary>Whether pictures in PDFs are left out instead of refused.</summary>
    public bool IgnoresPdfImages { get; set; }

    /// <summary>The owner's limit of bytes per day; null: the maximum.</summary>
    public long? BytesPerDay { get; set; }

    /// <summary>The owner's limit for one contributor, in percent of the datanet's day, 1 to 100; null: off.</summary>
    public int? FairSharePercent { get; set; }

    /// <summary>The operator's maximum of bytes per day; null: the option <c>Quotas:BytesPerDatanet</c>.</summary>
    public long? MaximumBytesPerDay { get; set; }
    public DateTimeOffset OpenedAt { get; init; }

    public IReadOnlyList<string> LicenceList => Licences.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<string> LanguageList => Languages.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<string> TagList => Tags.Split(',', StringSplitOptions.RemoveEmptyEntries);

    public IReadOnlyList<Exemplar> ExemplarList => JsonSerializer.Deserialize<List<Exemplar>>(Exemplars, AssayJson.Options)!;

    public void Configure(EntityTypeBuilder<DatanetRow> builder)
    {
        builder.ToTable("datanet");
        builder.HasIndex(row => row.NameKey).IsUnique().HasFilter("\"Visibility\" <> 'Private'");
        builder.HasIndex(row => row.OpenedAt);
        builder.Ignore(row => row.LicenceList).Ignore(row => row.LanguageList).Ignore(row => row.TagList).Ignore(row => row.ExemplarList);
    }
}
