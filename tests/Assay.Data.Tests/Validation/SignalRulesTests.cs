using System.Diagnostics;
using System.Text;
using Assay.Data.Validation;
using Assay.Data.Validation.Texts;

namespace Assay.Data.Tests.Validation;

/// <summary>Rules for licences and style, the profiles of rows, code and ideographs, and what every rule may cost.</summary>
public sealed class SignalRulesTests
{
    private static readonly string Prose = string.Join("\n\n", ReferenceSet.English.Take(6));

    [Theory]
    [InlineData("SPDX-License-Identifier: GPL-3.0-only", "CC-BY-4.0", 0)]
    [InlineData("SPDX-License-Identifier: CC-BY-4.0", "cc-by-4.0", 1000)]
    [InlineData("Licensed under the Apache License, Version 2.0 (the \"License\")", "MIT", 0)]
    [InlineData("Permission is hereby granted, free of charge, to any person obtaining a copy of this software", "MIT", 1000)]
    [InlineData("Redistribution and use in source and binary forms, with or without modification, are permitted", "BSD-3-Clause", 1000)]
    [InlineData("Copyright 2021 Harbour Press. All rights reserved.", "CC-BY-4.0", 0)]
    [InlineData("This text is released under the CC BY-NC licence.", "CC-BY-4.0", 0)]
    [InlineData("The copyright of maps ends after seventy years.", "CC-BY-4.0", 1000)]
    public void A_licence_inside_that_contradicts_the_stated_one_goes_to_a_person(string notice, string stated, int score)
    {
        var finding = Find("licence", $"{Prose}\n\n{notice}\n", stated);

        Assert.Equal((score, OnZero.Review), (finding.Score, finding.OnZero));
        Assert.Equal(score == 0, finding.Evidence[0].Start is not null);
    }

    [Fact]
    public void Style_is_shown_and_never_counts()
    {
        var plain = Find("style-signals", Prose, "CC-BY-4.0");
        var rude = Find("style-signals", Prose + " You fucking moron, you bastard. Accept all cookies.", "CC-BY-4.0");

        Assert.Equal((1000, 0), (plain.Score, plain.Weight));
        Assert.Contains("Reading ease", plain.Evidence[0].Text, StringComparison.Ordinal);
        Assert.Equal((0, OnZero.None), (rude.Score, rude.OnZero));
        Assert.Contains(rude.Evidence, evidence => evidence.Text.Contains("3 insulting words", StringComparison.Ordinal));
        Assert.Contains(rude.Evidence, evidence => evidence.Text.Contains("Accept all cookies", StringComparison.Ordinal));
    }

    [Fact]
    public void Code_is_neither_gibberish_nor_repetitive_nor_in_a_language()
    {
        var code = "```csharp\n" + string.Concat(Enumerable.Range(0, 40).Select(index => $"    public int Value{index} {{ get; init; }}\n    if (value{index} == null)\n    {{\n        return;\n    }}\n")) + "```\n";
        var findings = Inspect("a.md", $"# Values\n\n{code}", "MIT").Findings;

        Assert.Equal(1000, Score(findings, "substance"));
        Assert.InRange(Score(findings, "repetition")!.Value, 1, 1000);
        Assert.Null(Score(findings, "language"));
    }

    [Fact]
    public void A_fence_left_open_in_one_row_does_not_turn_the_others_into_code()
    {
        Assert.Equal(0, SourceCode.Share(["```\nA row that opens a fence and never closes it.", .. ReferenceSet.English]));
        Assert.InRange(SourceCode.Share(["```\nlet x\n```\nwords", "```\nprint me\n```"]), 0.6, 0.9);
    }

    [Fact]
    public void Short_rows_from_a_template_are_not_punished()
    {
        string[] words = ["bread", "honey", "river", "stone", "winter", "hammer", "garden", "letter", "shadow", "bridge", "candle", "engine"];
        string[] french = ["pain", "miel", "fleuve", "pierre", "hiver", "marteau", "jardin", "lettre", "ombre", "pont", "bougie", "moteur"];
        var rows = string.Concat(words.Zip(french, (word, other) => $"{{\"instruction\":\"Translate the following English word into French, please.\",\"input\":\"{word}\",\"output\":\"{other}\"}}\n"));
        var findings = Inspect("a.jsonl", rows, "MIT").Findings;

        Assert.Equal(1000, Score(findings, "substance"));
        Assert.Equal(1000, Score(findings, "structure"));
        Assert.NotEqual(0, Score(findings, "repetition") ?? 1000);
        Assert.Equal(1000, Score(Inspect("b.jsonl", "{\"instruction\":\"用一句话介绍蜜蜂。\",\"output\":\"蜜蜂是一种群居昆虫，以花蜜和花粉为食，能酿造蜂蜜，也帮助植物传粉，是农业中不可缺少的朋友。\"}\n", "MIT").Findings, "substance"));
    }

    [Fact]
    public void Every_rule_judges_ten_mebibytes_within_its_time()
    {
        var text = new StringBuilder();
        for (var index = 0; text.Length < 10_000_000; index++)
        {
            text.Append(ReferenceSet.English[index % ReferenceSet.English.Count]).Append(" Number ").Append(index).Append(" was added.\n\n");
        }

        var content = Encoding.UTF8.GetBytes(text.ToString());
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var inspection = ValidationPipeline.Inspect(content, new InspectionRequest("a.md", new ValidationProfile("weather, kings, and everything else that a paragraph may tell of")), TestContext.Current.CancellationToken);

        Assert.Equal(ValidationRules.For(Data.FileTypes.DatanetKind.Text).Count(), inspection.Findings.Count);
        Assert.InRange((Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds, 0, 60); // other tests run meanwhile; a quadratic rule would take hours
    }

    private static int? Score(IReadOnlyList<ValidationFinding> findings, string rule) => findings.Single(finding => finding.Rule == rule).Score;

    private static ValidationFinding Find(string rule, string text, string licence) => Inspect("a.md", text, licence).Findings.Single(finding => finding.Rule == rule);

    private static Inspection Inspect(string name, string text, string licence) => ValidationPipeline.Inspect(
        Encoding.UTF8.GetBytes(text), new InspectionRequest(name, new ValidationProfile("anything worth telling")) { Context = new ContributionContext("own work", licence, "teaching", "it is new") },
        TestContext.Current.CancellationToken);
}
